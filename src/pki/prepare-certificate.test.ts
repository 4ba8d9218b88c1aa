import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTestKey, type TestKey } from '../../test/support/card-key.ts'
import { cardRequest, type WantedCard } from '../../test/support/card-request.ts'
import { createPkiFixture, type PkiFixture } from '../../test/support/pki-fixture.ts'
import { makeSigningRequest } from '../../test/support/signing-requests.ts'
import type { CertificateRequest } from './certificate-request.ts'
import { parseCertificate } from './certificate.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { issuePrepared, prepareCertificate, type IssuanceDeps } from './issuance.ts'
import { issueCardCertificate, type CardCertificateRequest } from './issue-card-certificate.ts'
import { possessionBytes, type PossessionProof } from './possession.ts'

let fixture: PkiFixture
let deps: IssuanceDeps

beforeAll(async () => {
  fixture = await createPkiFixture()
  deps = fixture.deps
  await createDevelopmentPki(deps)
})
afterAll(() => fixture.close())

const asked = (wanted?: WantedCard) => cardRequest(fixture, wanted)

/** The same request, a step further in. */
function inner(card: CardCertificateRequest): CertificateRequest {
  const { cardUuid, slot, kind, holder, publicKey, possession } = card
  const profile = deps.profiles.card(kind, slot)
  if (profile === null) throw new Error('no profile')
  return {
    ...{ profile, authorityId: null, publicKey, possession, for: { cardUuid, slot } },
    subject: holder.type === 'person' ? { ...holder, agencyPath: [] } : holder,
    ...{ notAfter: card.expiresAt, replaces: null, actor: 'test' },
  }
}

async function countRows(cardUuid: string): Promise<number> {
  const sql = 'select serial_number from certificates where card_uuid = $1'
  return (await fixture.db.query(sql, [cardUuid])).rowCount
}

const refusedFor = (field: string) => ({ code: 'CERTIFICATE_REQUEST_REFUSED', facts: { field } })

describe('a prepared request', () => {
  it('writes and signs nothing until it is issued', async () => {
    const card = await asked()
    const prepared = await prepareCertificate(deps, inner(card))
    expect(prepared).toMatchObject({ profile: 'civil-servant-9e' })
    expect(await countRows(card.cardUuid)).toBe(0)
    const issued = await issuePrepared(deps, prepared)
    expect(issued).toMatchObject({ status: 'active', serialNumber: prepared.serialNumber })
  })

  it('is good for one certificate: the second call is refused, at the same time or later', async () => {
    const card = await asked()
    const prepared = await prepareCertificate(deps, inner(card))
    const both = [issuePrepared(deps, prepared), issuePrepared(deps, prepared)]
    const outcomes = await Promise.allSettled(both)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await expect(issuePrepared(deps, prepared)).rejects.toMatchObject(refusedFor('prepared'))
    expect(await countRows(card.cardUuid)).toBe(1)
  })

  it('cannot be made by hand', async () => {
    const prepared = await prepareCertificate(deps, inner(await asked()))
    const copy = { ...prepared }
    await expect(issuePrepared(deps, copy)).rejects.toMatchObject(refusedFor('prepared'))
  })

  it('grows old', async () => {
    const card = await asked()
    const prepared = await prepareCertificate(deps, inner(card))
    const later = new Date(fixture.now.getTime() + 301_000)
    const late = { ...deps, clock: { now: () => later } }
    await expect(issuePrepared(late, prepared)).rejects.toMatchObject(refusedFor('prepared'))
    expect(await countRows(card.cardUuid)).toBe(0)
  })

  it('is worth nothing once its authority was revoked', async () => {
    const card = await asked({ kind: 'enterprise' })
    const prepared = await prepareCertificate(deps, inner(card))
    const revoked = `state = 'revoked', revoked_at = now(), revocation_reason = 'keyCompromise'`
    const back = `state = 'issuing', revoked_at = null, revocation_reason = null`
    const set = (to: string) =>
      fixture.db.query(`update authorities set ${to} where id = $1`, [prepared.authorityId])
    await set(revoked)
    await expect(issuePrepared(deps, prepared)).rejects.toMatchObject({
      code: 'AUTHORITY_UNAVAILABLE',
    })
    await expect(prepareCertificate(deps, inner(card))).rejects.toMatchObject({
      code: 'AUTHORITY_UNAVAILABLE',
    })
    await set(back)
    expect(await countRows(card.cardUuid)).toBe(0)
  })

  it('names the part of the revocation list that its row is in', async () => {
    const { id } = (await deps.certificates.findIssuingAuthority('citizen')) ?? { id: '' }
    await fixture.db.query('update authorities set crl_partitions = 8 where id = $1', [id])
    const partitions = new Set<number>()
    for (let count = 0; count < 12; count += 1) {
      const issued = await issueCardCertificate(deps, await asked({ kind: 'citizen' }))
      const { crlPartition, der } = issued
      expect(der.includes(`http://pki.example/pki/crl/citizen/${crlPartition}.crl`)).toBe(true)
      expect(crlPartition).toBeLessThan(8)
      partitions.add(crlPartition)
    }
    // All twelve in one of eight: once in 10¹⁰ runs.
    expect(partitions.size).toBeGreaterThan(1)
    await fixture.db.query('update authorities set crl_partitions = 1 where id = $1', [id])
  })
})

describe('the key of a request', () => {
  async function withKey(key: TestKey, wanted: WantedCard = {}) {
    return issueCardCertificate(deps, await asked({ ...wanted, key }))
  }

  it('is refused where it belongs to another card', async () => {
    const key = makeTestKey()
    await withKey(key)
    await expect(withKey(key)).rejects.toThrow(/publicKey is certified already/)
  })

  it('is refused where it belongs to another slot of the same card', async () => {
    const key = makeTestKey()
    const first = await asked({ key })
    await issueCardCertificate(deps, first)
    const { cardUuid } = first
    const second = {
      ...first,
      slot: '9A',
      possession: key.prove({ cardUuid, slot: '9A' }),
    } as const
    await expect(issueCardCertificate(deps, second)).rejects.toMatchObject(refusedFor('publicKey'))
  })

  it('goes to one of two cards that ask at the same time', async () => {
    const key = makeTestKey()
    const requests = [inner(await asked({ key })), inner(await asked({ key }))]
    const prepared = await Promise.all(requests.map((one) => prepareCertificate(deps, one)))
    const outcomes = await Promise.allSettled(prepared.map((one) => issuePrepared(deps, one)))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(1)
    expect(refused[0]?.reason).toMatchObject(refusedFor('publicKey'))
  })

  it('may be certified again for its own bearer', async () => {
    const first = await asked()
    const { serialNumber } = await issueCardCertificate(deps, first)
    const again = await issueCardCertificate(deps, { ...first, replace: true })
    expect(again.keyFingerprint).toEqual(
      (await deps.certificates.listByCard(first.cardUuid))[1]?.keyFingerprint,
    )
    const third = await issueCardCertificate(deps, { ...first, replace: true })
    expect(new Set([serialNumber, again.serialNumber, third.serialNumber]).size).toBe(3)
    const statuses = (await deps.certificates.listByCard(first.cardUuid)).map(
      ({ status }) => status,
    )
    expect(statuses.sort()).toEqual(['active', 'superseded', 'superseded'])
  })

  it('is never certified again once a certificate of it was revoked', async () => {
    const first = await asked()
    const issued = await issueCardCertificate(deps, first)
    const change = { status: 'revoked', at: fixture.now, reason: 'superseded' } as const
    await deps.certificates.setStatus(issued, change)
    const again = issueCardCertificate(deps, { ...first, replace: true })
    await expect(again).rejects.toThrow(/publicKey was in a certificate that is revoked/)
  })
})

describe('the proof that the key is where it should be', () => {
  async function refusal(possession: PossessionProof, wanted: WantedCard = {}): Promise<unknown> {
    const card = await asked(wanted)
    const request = { ...inner(card), possession }
    const error: unknown = await prepareCertificate(deps, request).catch(
      (thrown: unknown) => thrown,
    )
    expect(await countRows(card.cardUuid)).toBe(0)
    return error
  }

  it.each(['P-256', 'P-384', 'RSA-2048'] as const)('is a signature with %s', async (algorithm) => {
    const issued = await issueCardCertificate(deps, await asked({ key: makeTestKey(algorithm) }))
    expect(issued.status).toBe('active')
  })

  it('is, in another form, a request about the same key', async () => {
    const { der, publicKey } = makeSigningRequest()
    const possession = { kind: 'csr', request: der } as const
    const issued = await issueCardCertificate(deps, await asked({ publicKey, possession }))
    const { subject } = parseCertificate(issued.der)
    expect(subject).toContain('Nguyễn Văn Mẫu')
    expect(subject).not.toContain('Somebody else')
  })

  it('is not a request about another key', async () => {
    const possession = { kind: 'csr', request: makeSigningRequest().der } as const
    expect(await refusal(possession)).toMatchObject(refusedFor('possession'))
  })

  it('is not what no request can be read from', async () => {
    const possession = { kind: 'csr', request: Buffer.from('no') } as const
    expect(await refusal(possession)).toMatchObject(refusedFor('csr'))
  })

  it('is not a signature for another card or slot, over another challenge or by another key', async () => {
    const key = makeTestKey()
    const cardUuid = '6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071'
    const good = await asked({ key })
    const own = { cardUuid: good.cardUuid, slot: good.slot }
    const proven = key.prove(own)
    const wrong: PossessionProof[] = [
      key.prove({ ...own, cardUuid }),
      key.prove({ ...own, slot: '9A' }),
      makeTestKey().prove(own),
      { ...proven, nonce: deps.random.bytes(32) },
      { ...proven, signature: Buffer.of() },
    ]
    for (const possession of wrong) {
      const request = { ...inner(good), possession }
      await expect(prepareCertificate(deps, request)).rejects.toMatchObject(
        refusedFor('possession'),
      )
    }
    expect((await prepareCertificate(deps, { ...inner(good), possession: proven })).profile).toBe(
      'civil-servant-9e',
    )
  })

  it('is not a signature over a challenge that could be guessed', async () => {
    const card = await asked()
    const key = makeTestKey()
    const { cardUuid, slot } = card
    const nonce = Buffer.alloc(8)
    const { sign } = await import('node:crypto')
    const signer = { key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const
    const signature = sign('sha256', possessionBytes({ cardUuid, slot }, nonce), signer)
    const possession = { kind: 'signature', nonce, signature } as const
    const request = { ...inner(card), publicKey: key.publicKey, possession }
    await expect(prepareCertificate(deps, request)).rejects.toMatchObject(refusedFor('possession'))
  })

  it.each(['9A', '9C', '9E'] as const)(
    'is not the word of the desk for %s, which can sign',
    async (slot) => {
      const error = await refusal({ kind: 'made-in-session' }, { slot })
      expect(error).toMatchObject(refusedFor('possession'))
    },
  )

  it('is not the enrolment of a terminal for a card', async () => {
    const error = await refusal({ kind: 'terminal-enrolment' })
    expect(error).toMatchObject(refusedFor('possession'))
  })
})
