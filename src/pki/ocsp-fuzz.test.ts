import 'reflect-metadata'
import { OCSPRequest } from '@peculiar/asn1-ocsp'
import { AsnConvert } from '@peculiar/asn1-schema'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ocspRequest, readOcspResponse } from '../../test/support/ocsp-client.ts'
import { createTinyCa } from '../../test/support/tiny-ca.ts'
import { importSigningKey, makePrivateKey } from '../keystore/signing-key.ts'
import { silentLog, type Log } from '../log.ts'
import { createOcspAnswerCache } from './ocsp-answer-cache.ts'
import { indexIssuers, keyHashOf } from './ocsp-issuers.ts'
import { parseOcspRequest } from './ocsp-request.ts'
import { answerOcsp, type OcspResponderDeps } from './ocsp-responder.ts'
import { prepareSigner } from './ocsp-response.ts'

const instant = new Date('2026-03-02T01:30:00Z')
const ca = await createTinyCa({ clock: { now: () => instant } })
const issuer = ca.issuing['civil-servant']
const issuerDer = issuer.certificateDer

/** Kept, so that every run tries the same ones; what one of them finds can be looked at again. */
const seeds = [20_260_302, 1, 424_242, -7] as const
const mutationsPerSeed = 6_000
const patience = { timeout: 120_000 }

let deps: OcspResponderDeps
const incidents: string[] = []

beforeAll(async () => {
  const key = await importSigningKey('ocsp-civil-servant', await makePrivateKey('P-256'))
  const certificateDer = await ca.certify(key.publicKey, { extendedKeyUsage: [ocspSigning] })
  const [notBefore, notAfter] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-04-01T00:00:00Z')]
  const signer = prepareSigner(
    { key, serialNumber: '4a', notBefore, notAfter },
    { certificateDer, keyHash: keyHashOf(certificateDer) },
  )
  const log: Log = { ...silentLog, error: (event) => incidents.push(event) }
  deps = {
    ...{ db: everythingIsGood, clock: { now: () => instant }, log },
    ...{ cache: createOcspAnswerCache(), isCacheSound: () => true },
    knowledge: {
      issuers: indexIssuers(ca.authorities),
      signers: new Map([[issuer.id, signer]]),
    },
  }
})

const ocspSigning = '1.3.6.1.5.5.7.3.9'

/** The worst registry to be wrong about: it has issued every serial there is. */
const everythingIsGood: OcspResponderDeps['db'] = {
  query: (_text, values = []) => {
    const rows = (values[1] as string[]).map((serial_number) => ({
      ...{ authority_revoked_at: null, authority_reason: null, serial_number },
      ...{ status: 'active', status_since: instant, revoked_at: null, reason: null },
    }))
    return Promise.resolve({ rows: rows as never[], rowCount: rows.length })
  },
}

const asked = { issuerDer, serialNumber: '4a0102030405060708090a0b0c0d0e0f' }
const requests = [
  ocspRequest([asked]),
  ocspRequest([asked], { hash: 'sha256', nullParameters: false }),
  ocspRequest([asked], { nonce: Buffer.alloc(32, 0x5a) }),
  ocspRequest([asked, { ...asked, serialNumber: '7f' }, { ...asked, serialNumber: 'ff' }]),
]

type Mutation = (der: Buffer) => Buffer

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const octets = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes))
const at = (der: Buffer, where: number) => Math.floor(where * (der.length + 1))

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([where, bits]): Mutation => (der) => {
    const changed = Buffer.from(der)
    const index = Math.min(at(der, where), der.length - 1)
    if (index >= 0) changed[index] = (der[index] ?? 0) ^ bits
    return changed
  }),
  fc.tuple(place, octets).map(
    ([where, inserted]): Mutation =>
      (der) =>
        Buffer.concat([der.subarray(0, at(der, where)), inserted, der.subarray(at(der, where))]),
  ),
  fc.tuple(place, place).map(([one, other]): Mutation => (der) => {
    const [from, to] = [at(der, one), at(der, other)].sort((a, b) => a - b)
    return Buffer.concat([der.subarray(0, from), der.subarray(to)])
  }),
  fc.tuple(place, place).map(([one, other]): Mutation => (der) => {
    const [from, to] = [at(der, one), at(der, other)].sort((a, b) => a - b)
    return Buffer.concat([der.subarray(0, to), der.subarray(from)])
  }),
  place.map(
    (where): Mutation =>
      (der) =>
        der.subarray(0, at(der, where)),
  ),
  octets.map(
    (more): Mutation =>
      (der) =>
        Buffer.concat([der, more]),
  ),
)

const mutated = fc
  .tuple(fc.constantFrom(...requests), fc.array(mutations, { minLength: 1, maxLength: 4 }))
  .map(([request, steps]) => steps.reduce((der, step) => step(der), request))

/** What another library reads in the same bytes. */
function readByOthers(der: Buffer): string[] {
  const { tbsRequest } = AsnConvert.parse(der, OCSPRequest)
  return tbsRequest.requestList.map(({ reqCert }) =>
    Buffer.from(reqCert.serialNumber)
      .toString('hex')
      .replace(/^00(?=.)/, ''),
  )
}

describe('a mutated OCSP request', () => {
  it.each(seeds)(
    'gets a named answer, "good" only for what it asks: %i',
    patience,
    async (seed) => {
      const statuses = new Map<string, number>()
      await fc.assert(
        fc.asyncProperty(mutated, async (der) => {
          const { der: answer } = await answerOcsp(deps, der)
          const { status, certificates } = readOcspResponse(answer, issuerDer)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          if (status === 'successful') {
            const serials = certificates.map(({ serialNumber }) => serialNumber)
            expect(serials).toEqual(readByOthers(der))
          } else {
            expect(['malformedRequest', 'unauthorized']).toContain(status)
            expect(status === 'malformedRequest').toBe(parseOcspRequest(der) === null)
          }
        }),
        { seed, numRuns: mutationsPerSeed },
      )
      // All three come about, so none of the above holds for want of cases.
      expect([...statuses.keys()].sort()).toEqual([
        'malformedRequest',
        'successful',
        'unauthorized',
      ])
      expect(incidents).toEqual([])
    },
  )

  it.each(seeds)('is no worse for being no request at all: %i', patience, async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { der } = await answerOcsp(deps, Buffer.from(bytes))
        expect(readOcspResponse(der, issuerDer).status).toBe('malformedRequest')
      }),
      { seed, numRuns: 1_000 },
    )
  })
})
