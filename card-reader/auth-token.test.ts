import { describe, expect, it } from 'vitest'
import { authTokenDigest, createAuthToken, keyAlgorithmOf } from './auth-token.ts'

const origin = 'https://ria.ee'
const nonce = '12345678123456781234567812345678912356789123'
const signature = Buffer.from('signature')

describe('the Web eID authentication token', () => {
  // H(H(origin) ‖ H(nonce)), put together with `openssl dgst` for the origin and nonce of the
  // published example.
  const sha256 = 'b279891a871202b377cf749958337a6ac4b69c00ede9746966c00b7887f07f14'
  const sha384 =
    '6ab5b68a5b108467440b4787a75bd827a7afcdd7d90f4f3ec57fe4718d0cc6d3' +
    'daeb4affee561758dfbb5d3fee88b548'

  it.each([
    ['P-256', sha256],
    ['P-384', sha384],
    ['RSA-2048', sha256],
  ] as const)('has a %s key sign the hash of its two hashes', (algorithm, digest) => {
    expect(authTokenDigest(algorithm, { origin, nonce }).toString('hex')).toBe(digest)
  })

  it.each([
    ['P-256', 'ES256'],
    ['P-384', 'ES384'],
    ['RSA-2048', 'RS256'],
  ] as const)('calls a signature by a %s key %s', (algorithm, name) => {
    expect(createAuthToken({ algorithm, signature, certificate: Buffer.of(0x30) })).toMatchObject({
      format: 'web-eid:1.0',
      algorithm: name,
      signature: signature.toString('base64'),
      unverifiedCertificate: 'MA==',
    })
  })

  it('goes without certificate for a card that is known', () => {
    const token = createAuthToken({ algorithm: 'P-256', signature, certificate: null })
    expect(token).not.toHaveProperty('unverifiedCertificate')
  })

  it('is not made over what is no certificate', () => {
    expect(() => keyAlgorithmOf(Buffer.from('3003020100', 'hex'))).toThrow('malformed-answer')
  })
})
