import { generateKeyPairSync, webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTinyCa, type TinyAuthority } from '../../test/support/tiny-ca.ts'
import type { SigningKey } from '../keystore/keystore.ts'
import { checkCrl, checkPublished } from './crl-check.ts'
import { encodeEntries, type CrlEntry } from './crl-entry.ts'
import { readCrl, type ReadEntry } from './crl-reader.ts'
import { signCrl, type CrlContent } from './crl.ts'
import { reasonCodes, revocationReasons } from './revocation-reasons.ts'

const now = new Date('2026-03-02T01:30:00Z')
const url = 'http://pki.example/pki/crl/citizen/3.crl'

let issuer: TinyAuthority
let root: TinyAuthority
let key: SigningKey
beforeAll(async () => {
  const ca = await createTinyCa({ clock: { now: () => now } })
  issuer = ca.issuing.citizen
  root = ca.root
  key = signingKeyOf(issuer, 'P-256')
})

function signingKeyOf({ keys }: TinyAuthority, algorithm: 'P-256' | 'P-384'): SigningKey {
  const hash = algorithm === 'P-256' ? 'SHA-256' : 'SHA-384'
  return {
    name: 'test',
    algorithm,
    publicKey: Buffer.of(),
    sign: async (data) =>
      new Uint8Array(
        await webcrypto.subtle.sign({ name: 'ECDSA', hash }, keys.privateKey, Buffer.from(data)),
      ),
  }
}

function contentOf(given: Partial<CrlContent> = {}): CrlContent {
  const nextUpdate = new Date('2026-03-03T01:30:00Z')
  const { certificateDer: issuerDer } = issuer
  return { issuerDer, number: 7n, thisUpdate: now, nextUpdate, url, ...given }
}

function entriesOf(der: Buffer): ReadEntry[] {
  const entries: ReadEntry[] = []
  readCrl(der, (entry) => entries.push(entry))
  return entries
}

const anEntry: CrlEntry = { serialNumber: '4a01', at: now, reason: 'keyCompromise' }

/** 1 to 20 octets without a leading zero octet, as the registry holds them. */
const serialNumber = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .filter((octets) => octets[0] !== 0)
  .map((octets) => Buffer.from(octets).toString('hex'))
const seconds = fc
  .date({
    min: new Date('1970-01-01T00:00:00Z'),
    max: new Date('2106-02-07T06:28:15Z'),
    noInvalidDate: true,
  })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000))
const entry = fc.record({
  serialNumber,
  at: seconds,
  reason: fc.constantFrom(...revocationReasons, 'certificateHold' as const),
})

describe('a revocation list', () => {
  it('tells a stranger what went in: serials, times, reasons', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 40 }), async (entries) => {
        const parts = entries.length === 0 ? [] : [encodeEntries(entries)]
        const read = entriesOf(await signCrl(contentOf(), parts, key))
        expect(read).toEqual(
          entries.map(({ serialNumber, at, reason }) => {
            // RFC 5280 §5.3.1: no code at all rather than `unspecified`.
            const reasonCode = reason === 'unspecified' ? null : reasonCodes[reason]
            return { serialNumber, at, reasonCode }
          }),
        )
      }),
    )
  })

  it('tells its number, times, issuer and address', async () => {
    const numbers = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })
    await fc.assert(
      fc.asyncProperty(numbers, seconds, seconds, async (number, thisUpdate, nextUpdate) => {
        const content = contentOf({ number, thisUpdate, nextUpdate })
        const der = await signCrl(content, [encodeEntries([anEntry])], key)
        expect(checkPublished(der, content, 1)).toMatchObject({
          ...{ number, thisUpdate, nextUpdate },
          distributionPoint: { urls: [url], isRestricted: false },
        })
      }),
      { numRuns: 40 },
    )
  })

  it('does not name an address where none is given', async () => {
    const content = contentOf({ url: null })
    const der = await signCrl(content, [], key)
    expect(checkPublished(der, content, 0).distributionPoint).toBeNull()
  })

  it('verifies for an authority on P-384', async () => {
    const content = contentOf({ issuerDer: root.certificateDer })
    const der = await signCrl(content, [], signingKeyOf(root, 'P-384'))
    expect(checkPublished(der, content, 0).signatureAlgorithm).toBe('1.2.840.10045.4.3.3')
  })
})

describe('the last look before a list is published', () => {
  const sign = (content: CrlContent, entries = [anEntry]) =>
    signCrl(content, [encodeEntries(entries)], key)

  it.each([
    ['number-differs', { number: 8n }],
    ['times-differ', { thisUpdate: new Date('2026-03-02T01:29:59Z') }],
    ['times-differ', { nextUpdate: new Date('2026-03-03T01:30:01Z') }],
    ['other-distribution-point', { url: 'http://pki.example/pki/crl/citizen/4.crl' }],
    ['other-distribution-point', { url: null }],
  ] as const)('refuses %s', async (problem, meant) => {
    const der = await sign(contentOf())
    expect(() => checkPublished(der, contentOf(meant), 1)).toThrow(
      expect.objectContaining({ code: 'CRL_REFUSED', problem }),
    )
  })

  it('refuses a list that lacks entries, repeats one or has them out of order', async () => {
    const second = { ...anEntry, serialNumber: '4a02' }
    const [one, twice, turned] = await Promise.all([
      sign(contentOf()),
      sign(contentOf(), [anEntry, anEntry]),
      sign(contentOf(), [second, anEntry]),
    ])
    for (const der of [one, twice, turned])
      expect(() => checkPublished(der, contentOf(), 2)).toThrow(
        expect.objectContaining({ problem: 'entries-differ' }),
      )
  })

  it('refuses a list that another key has signed in the name of the authority', async () => {
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
    ])
    const der = await signCrl(contentOf(), [], signingKeyOf({ ...issuer, keys }, 'P-256'))
    expect(() => checkPublished(der, contentOf(), 0)).toThrow(
      expect.objectContaining({ problem: 'signature-wrong' }),
    )
  })

  it('refuses a list of another authority', async () => {
    const der = await sign(contentOf())
    expect(() => checkCrl(der, root.certificateDer)).toThrow(
      expect.objectContaining({ problem: 'issuer-unknown' }),
    )
  })
})

describe('octets that are no list', () => {
  it('are refused by name, whatever is changed in a good one', async () => {
    const good = await signCrl(contentOf(), [encodeEntries([anEntry])], key)
    const position = fc.nat(good.length - 1)
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (index, difference) => {
        const bad = Buffer.from(good)
        bad[index] = (bad[index] ?? 0) ^ difference
        expect(() => checkCrl(bad, issuer.certificateDer)).toThrow(
          expect.objectContaining({ code: 'CRL_REFUSED' }),
        )
      }),
      { numRuns: 2_000 },
    )
  })

  it('are refused when cut short, or with something after them', async () => {
    const good = await signCrl(contentOf(), [encodeEntries([anEntry])], key)
    const wrong: Buffer[] = [
      Buffer.of(),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.from('not DER'),
    ]
    for (let end = 1; end < good.length; end++) wrong.push(good.subarray(0, end))
    for (const der of wrong)
      expect(() => checkCrl(der, issuer.certificateDer)).toThrow(
        expect.objectContaining({ problem: 'unreadable' }),
      )
  })

  it('are refused when they are a certificate', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = publicKey.export({ format: 'der', type: 'spki' })
    for (const der of [issuer.certificateDer, spki])
      expect(() => checkCrl(der, issuer.certificateDer)).toThrow(
        expect.objectContaining({ problem: 'unreadable' }),
      )
  })
})
