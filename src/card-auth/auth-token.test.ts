import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { origin } from '../../test/support/card-auth-fixture.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { parseAuthToken } from './auth-token.ts'
import { checkCardSignature } from './checks/card-signature.ts'
import { CardRefused } from './refusal.ts'

const nonce = Buffer.alloc(32, 5).toString('base64')
const good = {
  format: 'web-eid:1.0',
  unverifiedCertificate: Buffer.alloc(300, 1).toString('base64'),
  algorithm: 'ES256',
  signature: Buffer.alloc(64, 2).toString('base64'),
  appVersion: 'https://web-eid.eu/web-eid-app/releases/2.5.0+0',
}

describe('the token parser', () => {
  it('reads a token of the published format', () => {
    expect(parseAuthToken(JSON.stringify(good))).toEqual({
      unverifiedCertificate: Buffer.alloc(300, 1),
      algorithm: 'ES256',
      signature: Buffer.alloc(64, 2),
    })
  })
  it('reads a token without a certificate, as for a card that the terminal knows', () => {
    const token = JSON.stringify({ ...good, unverifiedCertificate: undefined })
    expect(parseAuthToken(token).unverifiedCertificate).toBeNull()
  })
  it('ignores what the format does not know', () => {
    const token = JSON.stringify({ ...good, newField: { deep: [1, 2] } })
    expect(parseAuthToken(token).algorithm).toBe('ES256')
  })
  it('lets only version 1.1 and later bring signing certificates', () => {
    const withMore = { ...good, unverifiedSigningCertificates: [] }
    expect(reasonFor(JSON.stringify(withMore))).toBe('token-malformed')
    const later = JSON.stringify({ ...withMore, format: 'web-eid:1.1' })
    expect(parseAuthToken(later).algorithm).toBe('ES256')
  })
  it.each([
    ['another scheme', { format: 'web-eid:2.0' }],
    ['a version that only begins like ours', { format: 'web-eid:10.0' }],
    ['a format that is no text', { format: 1 }],
    ['no format', { format: undefined }],
    ['base64url', { signature: '-'.repeat(88) }],
    ['base64 without padding', { signature: good.signature.replace(/=+$/, '') }],
    ['base64 with a line end', { signature: `${good.signature}\n` }],
    ['a second spelling of the same bytes', { signature: good.signature.replace(/.==$/, 'h==') }],
    ['an empty signature', { signature: '' }],
    ['an empty certificate', { unverifiedCertificate: '' }],
    ['a certificate that is no text', { unverifiedCertificate: null }],
  ])('refuses %s', (_, fields) => {
    expect(reasonFor(JSON.stringify({ ...good, ...fields }))).toBe('token-malformed')
  })
  it.each(['none', 'HS256', 'PS256', 'ES512', 'es256', 'constructor', ''])(
    'refuses the algorithm "%s"',
    (algorithm) => {
      expect(reasonFor(JSON.stringify({ ...good, algorithm }))).toBe('algorithm-not-allowed')
    },
  )
  it('refuses what is shorter than 100 and longer than 10,000 characters', () => {
    const padded = (length: number) => JSON.stringify(good).padEnd(length)
    expect(reasonFor(JSON.stringify({ format: 'web-eid:1.0' }).padEnd(99))).toBe('token-malformed')
    expect(parseAuthToken(padded(10_000)).algorithm).toBe('ES256')
    expect(reasonFor(padded(10_001))).toBe('token-malformed')
  })
  it('refuses whatever else comes, and never fails in another way', () => {
    const anything = fc.oneof(
      fc.string({ minLength: 100, maxLength: 400, unit: 'binary' }),
      fc.json().map((text) => text.padEnd(100)),
      fc.array(fc.anything(), { minLength: 1 }).map((list) => text(list)),
    )
    fc.assert(
      fc.property(anything, (text) => {
        expect(reasonFor(text)).toBe('token-malformed')
      }),
    )
  })
  it('gives back the very bytes, or refuses, whichever single field is bent', () => {
    const bent = fc.record(
      {
        format: fc.anything(),
        algorithm: fc.anything(),
        signature: fc.oneof(fc.base64String(), fc.anything()),
        unverifiedCertificate: fc.oneof(fc.base64String(), fc.anything()),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(bent, (fields) => {
        const token: Record<string, unknown> = { ...good, ...fields }
        const read = readOrReason(text(token))
        if (typeof read === 'string') expect(refusalsOfTokens).toContain(read)
        else expect(read.signature.toString('base64')).toBe(token['signature'])
      }),
    )
  })
})

describe('a token that OpenSSL made', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ecard-foreign-token-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  it.each([
    { algorithm: 'ES256', hash: 'sha256', key: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] },
    { algorithm: 'ES384', hash: 'sha384', key: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'] },
    { algorithm: 'RS256', hash: 'sha256', key: ['rsa:2048'] },
  ])('parses and verifies by the same code ($algorithm)', ({ algorithm, hash, key }) => {
    const token = parseAuthToken(foreignToken(folder, { algorithm, hash, key }))
    const certificate = parseCertificate(token.unverifiedCertificate ?? Buffer.alloc(0))
    expect(() => {
      checkCardSignature(certificate, token, { origin, nonce })
    }).not.toThrow()
    expect(() => {
      checkCardSignature(certificate, token, { origin: `${origin}:8443`, nonce })
    }).toThrow(expect.objectContaining({ reason: 'card-signature-wrong' }))
  })
})

const refusalsOfTokens = ['token-malformed', 'algorithm-not-allowed']

/** Written with OpenSSL's own program, from the published description and nothing of ours. */
function foreignToken(
  folder: string,
  { algorithm, hash, key }: { algorithm: string; hash: string; key: readonly string[] },
): string {
  const file = (name: string) => join(folder, name)
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  run(
    ...['req', '-x509', '-newkey', ...key, '-nodes', '-keyout', file('key.pem')],
    ...['-subj', '/C=EE/CN=O’CONNEŽ-ŠUSLIK TESTNUMBER', '-utf8', '-days', '1'],
    ...['-addext', 'extendedKeyUsage=clientAuth', '-outform', 'DER', '-out', file('cert.der')],
  )
  const digest = (text: string) => {
    writeFileSync(file('part'), text)
    return run('dgst', `-${hash}`, '-binary', file('part'))
  }
  writeFileSync(file('signed'), Buffer.concat([digest(origin), digest(nonce)]))
  const signature = run('dgst', `-${hash}`, '-sign', file('key.pem'), file('signed'))
  const isEcdsa = algorithm.startsWith('ES')
  const raw = isEcdsa ? rawSignature(run, { folder, signature, hash }) : signature
  return JSON.stringify({
    algorithm,
    appVersion: 'https://web-eid.eu/web-eid-app/releases/2.5.0+0',
    format: 'web-eid:1.0',
    signature: raw.toString('base64'),
    unverifiedCertificate: readFileSync(file('cert.der')).toString('base64'),
  })
}

/** R‖S from the DER that OpenSSL writes, by OpenSSL's own reading of it. */
function rawSignature(
  run: (...args: string[]) => Buffer,
  { folder, signature, hash }: { folder: string; signature: Buffer; hash: string },
): Buffer {
  const path = join(folder, 'signature.der')
  writeFileSync(path, signature)
  const listing = run('asn1parse', '-inform', 'DER', '-in', path).toString()
  const digits = hash === 'sha256' ? 64 : 96
  const integers = [...listing.matchAll(/INTEGER\s+:([0-9A-F]+)/g)]
  return Buffer.from(integers.map(([, hex = '']) => hex.padStart(digits, '0')).join(''), 'hex')
}

function readOrReason(token: string): ReturnType<typeof parseAuthToken> | string {
  try {
    return parseAuthToken(token)
  } catch (error) {
    if (error instanceof CardRefused) return error.reason
    throw error
  }
}

function reasonFor(token: string): string {
  const read = readOrReason(token)
  return typeof read === 'string' ? read : 'accepted'
}

/** JSON of anything, long enough to be looked at. */
function text(value: unknown): string {
  const plain = (_: string, part: unknown) => (typeof part === 'bigint' ? String(part) : part)
  return JSON.stringify(value, plain).padEnd(100)
}
