import { describe, expect, it } from 'vitest'
import { makeSigningRequest } from '../../test/support/signing-requests.ts'
import { keyAlgorithms } from '../keystore/keystore.ts'
import { maxRequestBytes, readSigningRequest } from './certificate-signing-request.ts'

function expectRefused(input: Buffer, saying: RegExp): void {
  const read = () => readSigningRequest(input)
  expect(read).toThrow(saying)
  expect(read).toThrow(
    expect.objectContaining({
      code: 'CERTIFICATE_REQUEST_REFUSED',
      facts: { field: 'csr' },
    }) as Error,
  )
}

describe('readSigningRequest', () => {
  it.each(keyAlgorithms)('reads what OpenSSL makes with %s, in DER and PEM', (algorithm) => {
    const dnsNames = ['db.internal', 'db-1.db.internal']
    const { der, pem, publicKey } = makeSigningRequest({ algorithm, dnsNames })
    for (const input of [der, pem]) {
      const read = readSigningRequest(input)
      expect(read.publicKey).toEqual(publicKey)
      expect(read.requestedDnsNames).toEqual(dnsNames)
      expect(read.requestedSubject.includes('Somebody else')).toBe(true)
    }
  })

  it('takes no names where none are asked for', () => {
    expect(readSigningRequest(makeSigningRequest().der).requestedDnsNames).toEqual([])
  })

  it('passes over other attributes and extensions', () => {
    const extra = ['-addext', 'keyUsage=keyCertSign', '-addext', 'basicConstraints=CA:TRUE']
    const { der, publicKey } = makeSigningRequest({ extra, dnsNames: ['a.internal'] })
    const read = readSigningRequest(der)
    expect(read).toMatchObject({ publicKey, requestedDnsNames: ['a.internal'] })
  })

  it('refuses one that another key has signed', () => {
    const { der } = makeSigningRequest()
    const other = makeSigningRequest()
    const at = der.indexOf(readSigningRequest(der).publicKey)
    expect(at).toBeGreaterThan(0)
    const forged = Buffer.from(der)
    other.publicKey.copy(forged, at)
    expectRefused(forged, /signed by the key/)
  })

  it('refuses one whose names were changed after it was signed', () => {
    const { der } = makeSigningRequest({ dnsNames: ['db.internal'] })
    const forged = Buffer.from(
      der.toString('latin1').replace('db.internal', 'dc.internal'),
      'latin1',
    )
    expect(forged.equals(der)).toBe(false)
    expectRefused(forged, /signed by the key/)
  })

  it('refuses a signature with SHA-1', () => {
    expectRefused(makeSigningRequest({ extra: ['-sha1'] }).der, /SHA-256 or better/)
  })

  it.each([
    ['nothing', Buffer.of()],
    ['text', Buffer.from('not a request')],
    ['an empty sequence', Buffer.of(0x30, 0x00)],
    ['PEM without content', Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\n')],
  ])('refuses %s', (_, input) => {
    expectRefused(input, /one PKCS #10 request/)
  })

  it('refuses what has bytes before or after it', () => {
    const { der } = makeSigningRequest()
    expectRefused(Buffer.concat([der, Buffer.of(0)]), /one PKCS #10 request/)
    expectRefused(Buffer.concat([Buffer.of(0), der]), /one PKCS #10 request/)
    expectRefused(Buffer.concat([der, der]), /one PKCS #10 request/)
  })

  it('refuses what is larger than any request before it looks at it', () => {
    expectRefused(Buffer.alloc(maxRequestBytes + 1, 0x30), /at most 16384 bytes/)
  })
})
