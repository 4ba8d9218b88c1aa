import type { IncomingMessage } from 'node:http'
import { isIPv4 } from 'node:net'
import type { Request } from 'express'

/**
 * What stands for the place that a request comes from: its IPv4 address, or the 64 bits of an IPv6
 * one that name a network (RFC 4291 §2.5.4), of whose addresses one computer may have any number.
 * Proxies are believed as far as `trust proxy` of the app says.
 */
export function networkOf(request: Pick<Request, 'ip'>): string {
  return networkOfAddress(request.ip ?? '')
}

/** The same for a request that Express does not see. */
export function networkOfUpgrade(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  { trustedProxies }: { readonly trustedProxies: number },
): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',')
  const hops = [socket.remoteAddress ?? '', ...forwarded.map((hop) => hop.trim()).reverse()]
  const believed = hops.filter((hop) => hop !== '').slice(0, trustedProxies + 1)
  return networkOfAddress(believed.at(-1) ?? '')
}

/** @param address - as the socket or a proxy writes it; a zone (`%eth0`) does not matter */
export function networkOfAddress(address: string): string {
  const [plain = ''] = address.split('%')
  if (isIPv4(plain)) return plain
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  // The URL standard writes every address of its kind in one way.
  const canonical = URL.parse(`http://[${plain}]/`)?.hostname.slice(1, -1)
  return canonical === undefined ? 'unknown' : `${firstWords(canonical).join(':')}::/64`
}

/** The first four of eight, where `::` stands for as many zeros as are missing. */
function firstWords(canonical: string): string[] {
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4)
}
