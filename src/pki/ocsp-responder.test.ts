import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority } from '../../test/support/tiny-ca.ts'
import { ocspRequest, readOcspResponse, type OcspQuestion } from '../../test/support/ocsp-client.ts'
import {
  createOcspFixture,
  type IssuedLeaf,
  type OcspFixture,
} from '../../test/support/ocsp-fixture.ts'
import { DatabaseUnavailable, KeystoreUnavailable } from '../errors.ts'
import type { Authority } from './authority.ts'
import { createOcspAnswerCache } from './ocsp-answer-cache.ts'
import { indexIssuers } from './ocsp-issuers.ts'
import { answerOcsp, type OcspResponderDeps } from './ocsp-responder.ts'
import { ensureOcspSigners, loadOcspSigners } from './ocsp-signers.ts'

const instant = new Date('2026-03-02T01:30:00.750Z')
const clock = { now: () => instant }

let fixture: OcspFixture
let deps: OcspResponderDeps

beforeAll(async () => {
  fixture = await createOcspFixture({ clock })
  deps = await responder(fixture)
})

afterAll(() => fixture.close())

/** Everything freshly loaded, and nothing kept unless a test says so. */
async function responder({ deps: parts, certificates }: OcspFixture): Promise<OcspResponderDeps> {
  const authorities = await certificates.listAuthorities()
  await ensureOcspSigners(parts, authorities)
  const signers = await loadOcspSigners(parts, authorities)
  const { db, log } = parts
  return {
    ...{ db, clock, log, cache: createOcspAnswerCache(), isCacheSound: () => false },
    knowledge: { issuers: indexIssuers(authorities), signers },
  }
}

async function ask(
  certificates: readonly Asked[],
  question: OcspQuestion = {},
  over: Partial<OcspResponderDeps> = {},
) {
  const asked = certificates.map(({ issuer, serialNumber }) => ({
    issuerDer: issuer.certificateDer,
    serialNumber,
  }))
  const { der, keeping } = await answerOcsp({ ...deps, ...over }, ocspRequest(asked, question))
  const issuer = certificates[0]?.issuer ?? fixture.ca.root
  return { ...readOcspResponse(der, issuer.certificateDer), der, keeping }
}

interface Asked {
  readonly issuer: Pick<Authority, 'certificateDer'>
  readonly serialNumber: string
}

function neverIssued(): Asked {
  return { issuer: fixture.ca.issuing['civil-servant'], serialNumber: '4afe' }
}

async function saysOf(leaf: Asked, question: OcspQuestion = {}): Promise<string | undefined> {
  return (await ask([leaf], question)).certificates[0]?.says
}

describe('what an answer says', () => {
  it.each(['sha1', 'sha256'] as const)(
    'of a certificate in use is good, asked by %s',
    async (hash) => {
      const leaf = await fixture.issue()
      for (const nullParameters of [true, false]) {
        expect(await saysOf(leaf, { hash, nullParameters })).toBe('good')
      }
    },
  )

  it('names times in whole seconds, and an end of an hour from now', async () => {
    const { certificates, producedAt } = await ask([await fixture.issue()])
    expect(producedAt).toEqual(new Date('2026-03-02T01:30:00Z'))
    expect(certificates[0]).toMatchObject({
      thisUpdate: new Date('2026-03-02T01:30:00Z'),
      nextUpdate: new Date('2026-03-02T02:30:00Z'),
    })
  })

  it.each([
    ['keyCompromise', 'keyCompromise'],
    ['privilegeWithdrawn', 'privilegeWithdrawn'],
    // RFC 5280 §5.3.1: unspecified is said by saying nothing.
    ['unspecified', 'revoked'],
  ])('of a revoked one has time and reason: %s', async (reason, says) => {
    const leaf = await fixture.issue()
    const at = new Date('2026-03-01T12:00:00Z')
    await fixture.certificates.setStatus(leaf, { status: 'revoked', at, reason })
    const { certificates } = await ask([leaf])
    expect(certificates[0]).toMatchObject({ says, revokedAt: at })
  })

  it('of a suspended one is a hold since then, and good again after it', async () => {
    const leaf = await fixture.issue()
    const at = new Date('2026-03-01T12:00:00Z')
    const reason = 'certificateHold'
    await fixture.certificates.setStatus(leaf, { status: 'suspended', at, reason })
    expect((await ask([leaf])).certificates[0]).toMatchObject({ says: reason, revokedAt: at })
    await fixture.certificates.setStatus(leaf, { status: 'active', at: instant, reason: null })
    expect(await saysOf(leaf)).toBe('good')
  })

  it('of a superseded one is good: it was not revoked', async () => {
    const leaf = await fixture.issue()
    await fixture.certificates.setStatus(leaf, { status: 'superseded', at: instant, reason: null })
    expect(await saysOf(leaf)).toBe('good')
  })

  it('of a serial that was never issued is unknown', async () => {
    expect(await saysOf(neverIssued())).toBe('unknown')
    expect(await saysOf({ ...neverIssued(), serialNumber: '00' })).toBe('unknown')
  })

  it('of one that was prepared and not signed is unknown, and revoked once it is settled', async () => {
    const { cardUuid } = await fixture.addCard()
    const issuer = fixture.ca.issuing['civil-servant']
    const serial = { authorityId: issuer.id, serialNumber: '4afd' }
    const validity = { notBefore: instant, notAfter: new Date('2027-03-02T00:00:00Z') }
    await fixture.certificates.prepareCertificate(
      { ...serial, ...validity, for: { cardUuid, slot: '9E' }, subject: 'CN=Nguyễn Văn Mẫu' },
      instant,
    )
    expect(await saysOf({ ...serial, issuer })).toBe('unknown')
    await fixture.certificates.settlePrepared({ at: instant, which: serial, limit: 1 })
    expect(await saysOf({ ...serial, issuer })).toBe('cessationOfOperation')
  })

  it('repeats several questions in their order, each with its own status', async () => {
    const [good, revoked] = [await fixture.issue(), await fixture.issue()]
    const reason = 'superseded'
    await fixture.certificates.setStatus(revoked, { status: 'revoked', at: instant, reason })
    const asked = [revoked, neverIssued(), good, good]
    const { certificates } = await ask(asked, { hash: 'sha256' })
    expect(certificates.map(({ says }) => says)).toEqual(['superseded', 'unknown', 'good', 'good'])
    expect(certificates.map(({ serialNumber }) => serialNumber)).toEqual(
      asked.map(({ serialNumber }) => serialNumber),
    )
  })
})

describe('a nonce', () => {
  it.each([1, 16, 32, 128])(
    'of %i octets comes back, in an answer that nobody keeps',
    async (n) => {
      const nonce = Buffer.alloc(n, 0xa5)
      const answer = await ask([await fixture.issue()], { nonce })
      expect(answer.nonce).toEqual(nonce)
      expect(answer.keeping).toBeNull()
    },
  )

  it('is not there where none was asked', async () => {
    expect((await ask([await fixture.issue()])).nonce).toBeNull()
  })

  it.each([0, 129])('of %i octets is malformed', async (n) => {
    const { status } = await ask([await fixture.issue()], { nonce: Buffer.alloc(n) })
    expect(status).toBe('malformedRequest')
  })
})

describe('who is answered for', () => {
  it('a retired authority, whose certificates stay valid', async () => {
    const leaf = await fixture.issue({ kind: 'citizen' })
    await fixture.certificates.retireAuthority(leaf.authorityId)
    const retired = { ...(await responder(fixture)) }
    expect((await ask([leaf], {}, retired)).certificates[0]?.says).toBe('good')
  })

  it('a revoked authority: all that it ever certified is revoked, whatever its own row says', async () => {
    const [leaf, before] = [
      await fixture.issue({ kind: 'enterprise' }),
      await fixture.issue({ kind: 'enterprise' }),
    ]
    const earlier = { status: 'revoked', at: instant, reason: 'superseded' } as const
    await fixture.certificates.setStatus(before, earlier)
    await fixture.db.query(
      `update authorities set state = 'revoked', revoked_at = $2,
         revocation_reason = 'keyCompromise' where id = $1`,
      [leaf.authorityId, instant],
    )
    expect(await saysOf(leaf)).toBe('cACompromise')
    expect(await saysOf(before)).toBe('superseded')
  })

  it('not a stranger, whose key or name we do not know', async () => {
    const stranger = await makeAuthority('citizen', {
      at: instant,
      algorithm: 'P-256',
      issuer: null,
    })
    const { status } = await ask([{ issuer: stranger, serialNumber: '4a01' }])
    expect(status).toBe('unauthorized')
  })

  it('not two authorities in one question: a signer speaks for one', async () => {
    const [one, other] = [await fixture.issue(), await fixture.issue({ kind: 'terminal' })]
    expect((await ask([one, other])).status).toBe('unauthorized')
  })

  it('not an authority whose key is kept elsewhere', async () => {
    const { status } = await ask([{ issuer: fixture.ca.root, serialNumber: '4a01' }])
    expect(status).toBe('unauthorized')
  })
})

describe('what it could not tell', () => {
  it('is "try later" while the database is away, also for what was good a moment ago', async () => {
    const leaf = await fixture.issue()
    const query = () => Promise.reject(new DatabaseUnavailable('away'))
    expect(await saysOf(leaf)).toBe('good')
    expect((await ask([leaf], {}, { db: { query } })).status).toBe('tryLater')
  })

  it('is "try later" while the signer’s key cannot be reached', async () => {
    const leaf = await fixture.issue()
    const signers = new Map(deps.knowledge.signers)
    const signer = signers.get(leaf.authorityId)
    if (!signer) throw new Error('no signer')
    const sign = () => Promise.reject(new KeystoreUnavailable('HSM away'))
    signers.set(leaf.authorityId, { ...signer, key: { ...signer.key, sign } })
    const over = { knowledge: { ...deps.knowledge, signers } }
    expect((await ask([leaf], {}, over)).status).toBe('tryLater')
  })

  it('is "try later" where a signer should be there and is not, or has ended', async () => {
    const leaf = await fixture.issue()
    const { issuers, signers } = deps.knowledge
    const none = { knowledge: { issuers, signers: new Map() } }
    expect((await ask([leaf], {}, none)).status).toBe('tryLater')
    const end = signers.get(leaf.authorityId)?.notAfter
    if (!end) throw new Error('no signer')
    expect((await ask([leaf], {}, { clock: { now: () => end } })).status).toBe('tryLater')
  })

  it('is an internal error where nobody foresaw the fault', async () => {
    const leaf = await fixture.issue()
    const query = () => Promise.reject(new TypeError('a mistake'))
    expect((await ask([leaf], {}, { db: { query } })).status).toBe('internalError')
  })
})

describe('an answer without a nonce', () => {
  it('is kept, and signed again after half of its time', async () => {
    const leaf = await fixture.issue()
    let now = instant
    const over = { clock: { now: () => now }, isCacheSound: () => true }
    const first = await ask([leaf], {}, over)
    now = new Date(instant.getTime() + 29 * 60_000)
    expect((await ask([leaf], {}, over)).der).toBe(first.der)
    now = new Date(instant.getTime() + 31 * 60_000)
    const second = await ask([leaf], {}, over)
    expect(second.producedAt).toEqual(new Date('2026-03-02T02:01:00Z'))
  })

  it('is kept for each form of the question by itself', async () => {
    const leaf = await fixture.issue()
    const over = { isCacheSound: () => true, cache: createOcspAnswerCache() }
    const [one, two] = [await ask([leaf], {}, over), await ask([leaf], { hash: 'sha256' }, over)]
    expect(one.der.equals(two.der)).toBe(false)
    expect((await ask([leaf], {}, over)).der).toBe(one.der)
    expect((await ask([leaf], { hash: 'sha256' }, over)).der).toBe(two.der)
  })

  it('is signed afresh while a change may have gone unheard', async () => {
    const leaf = await fixture.issue()
    const cache = createOcspAnswerCache()
    const first = await ask([leaf], {}, { cache, isCacheSound: () => true })
    const second = await ask([leaf], {}, { cache, isCacheSound: () => false })
    expect(second.der).not.toBe(first.der)
  })

  it('about an unknown serial is not kept, so that strangers do not fill the memory', async () => {
    const over = { isCacheSound: () => true, cache: createOcspAnswerCache() }
    const [one, two] = [await ask([neverIssued()], {}, over), await ask([neverIssued()], {}, over)]
    expect(two.der).not.toBe(one.der)
  })

  it('that was read before a revocation and ready after its notice is not kept', async () => {
    const leaf: IssuedLeaf = await fixture.issue()
    const cache = createOcspAnswerCache()
    const key = `${leaf.authorityId} ${leaf.serialNumber}`
    const slow: OcspResponderDeps['db'] = {
      query: async (text, values, options) => {
        const read = await deps.db.query<never>(text, values, options)
        // The registry said good; before the answer is signed, the revocation is heard of.
        cache.forget(key)
        return read
      },
    }
    const over = { cache, isCacheSound: () => true }
    expect((await ask([leaf], {}, { ...over, db: slow })).certificates[0]?.says).toBe('good')
    const revoked = { status: 'revoked', at: instant, reason: 'keyCompromise' } as const
    await fixture.certificates.setStatus(leaf, revoked)
    expect((await ask([leaf], {}, over)).certificates[0]?.says).toBe('keyCompromise')
  })
})
