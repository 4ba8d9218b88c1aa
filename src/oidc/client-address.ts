import type { ClientFaultReason } from './client-refused.ts'

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * What is wrong with an address of an application; null where nothing is. Over plain HTTP a code or
 * a logout token would travel for all to read, so only a program on the same machine may have one.
 *
 * Redirect URIs have no fragment (RFC 6749 §3.1.2), nor has any other address here.
 */
export function addressFault(address: string): ClientFaultReason | null {
  const url = URL.parse(address)
  if (url === null || url.hostname === '') return 'address-unreadable'
  if (address.includes('#')) return 'address-has-fragment'
  // With name and password in it, it would be another address than people read.
  if (url.username !== '' || url.password !== '') return 'address-unreadable'
  if (url.protocol === 'https:') return null
  const isLocal = url.protocol === 'http:' && loopback.has(url.hostname)
  return isLocal ? null : 'address-not-https'
}
