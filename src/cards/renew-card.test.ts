/** Renewing in place: a card that leaves the reader at every exchange of it, then the same again. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../card-reader/virtual-card/behaviour.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { virtualDesk } from '../../scripts/desk/local-desk.ts'
import { personalise } from '../../test/support/card-channels.ts'
import {
  alwaysChosen,
  createIssuingFixture,
  type IssuingFixture,
} from '../../test/support/issuing-fixture.ts'
import { fixtureInstant } from '../../test/support/pki-fixture.ts'
import type { CardKind } from '../holders/card-kind.ts'
import { isInUse } from '../pki/issue-card-certificate.ts'
import { createCardStore } from './card-store.ts'
import { inspectCard } from './inspect-card.ts'
import { findPukStanding } from './puk-store.ts'
import { readOutPuk } from './read-out-puk.ts'
import { reinstateCard } from './reinstate-card.ts'
import { findToRenew, renewCard, type RenewCardRequest } from './renew-card.ts'
import { revokeCard } from './revoke-card.ts'
import { suspendCard } from './suspend-card.ts'

const dayMs = 86_400_000
let fixture: IssuingFixture
beforeAll(async () => {
  fixture = await createIssuingFixture()
})
afterAll(() => fixture.close())

const asked: RenewCardRequest = { desk: 'test desk', actor: 'test', reason: 'runs out' }
const later = new Date(fixtureInstant.getTime() + 1080 * dayMs)
const deps = () => ({
  ...fixture.deps,
  issuance: { ...fixture.deps.issuance, clock: { now: () => later } },
})

/** A card in use that runs out soon. */
async function issued(
  kind: CardKind = 'enterprise',
  { behaviour, endsAt = null }: { behaviour?: Partial<Behaviour>; endsAt?: Date | null } = {},
) {
  const card = VirtualCard.create(behaviour === undefined ? {} : { behaviour })
  const request = await fixture.request(kind, { active: true, endsAt })
  const { cardUuid } = (await fixture.issue(card, request)).card
  return { card, cardUuid }
}

const renew = (card: VirtualCard, given: Partial<RenewCardRequest> = {}) =>
  fixture.desk(card).withCard((one) => renewCard(deps(), one, { early: true, ...asked, ...given }))

const certificatesOf = (cardUuid: string) => fixture.deps.issuance.certificates.listByCard(cardUuid)
const chuidOf = (card: VirtualCard) =>
  Buffer.from(card.state.objects['5fc102'] ?? '', 'base64').toString('latin1')

/** Registry and card agree on one new certificate for each slot, and the old ones are history. */
async function checkRenewed(card: VirtualCard, cardUuid: string, outdated: readonly string[] = []) {
  const seen = await fixture.desk(card).withCard((one) => inspectCard(fixture.pki.db, one))
  expect(seen).toMatchObject({ agrees: true, card: { cardUuid, state: 'active' } })
  const certificates = await certificatesOf(cardUuid)
  const inUse = certificates.filter(isInUse)
  expect(new Set(inUse.map(({ slot }) => slot)).size).toBe(inUse.length)
  expect(inUse.every(({ notBefore }) => notBefore.getTime() > later.getTime() - dayMs)).toBe(true)
  expect(outdated.filter((one) => fingerprintsOf(inUse).includes(one))).toEqual([])
  const old = certificates.filter((one) => !isInUse(one))
  expect(old.every(({ status }) => status === 'superseded')).toBe(true)
  const { rows } = await fixture.pki.db.query<{ state: string }>(
    `select distinct state from card_renewals where card_uuid = $1`,
    [cardUuid],
  )
  expect(rows).toEqual([{ state: 'finished' }])
  return fingerprintsOf(inUse)
}

const fingerprintsOf = (certificates: readonly { readonly fingerprint: Buffer }[]) =>
  certificates.map(({ fingerprint }) => fingerprint.toString('hex'))

describe('a card that runs out', () => {
  it('gets new keys but in 9D, new certificates, and a new end on card and in registry', async () => {
    const { card, cardUuid } = await issued('civil-servant')
    const before = structuredClone(card.state.keys)
    const certificates = await certificatesOf(cardUuid)
    const renewed = await renew(card)
    expect(renewed).toMatchObject({ resumed: false })
    await checkRenewed(card, cardUuid)
    const changed = Object.keys(before).filter(
      (slot) => JSON.stringify(before[slot]) !== JSON.stringify(card.state.keys[slot]),
    )
    expect(changed.sort()).toEqual(['9a', '9c', '9e'])
    const end = (await createCardStore(fixture.pki.db).find(cardUuid))?.expiresAt
    expect(end).toEqual(new Date(later.getTime() + 1826 * dayMs))
    expect(chuidOf(card)).toContain(end?.toISOString().slice(0, 10).replaceAll('-', ''))
    const ofD = (await certificatesOf(cardUuid)).filter(({ slot }) => slot === '9D')
    expect(ofD.map(({ status }) => status).sort()).toEqual(['active', 'superseded'])
    expect(certificates).toHaveLength(4)
  })

  it('is not renewed before it is due, unless that is asked for', async () => {
    const { card, cardUuid } = await issued()
    const plan = (given: Partial<RenewCardRequest>, now: Date) => {
      const at = { ...fixture.deps.issuance, clock: { now: () => now } }
      const some = { ...fixture.deps, issuance: at }
      return fixture.desk(card).withCard((one) => findToRenew(some, one, { ...asked, ...given }))
    }
    await expect(plan({}, fixtureInstant)).rejects.toMatchObject({ reason: 'not-due' })
    expect(await plan({}, later)).toMatchObject({ card: { cardUuid }, renewal: null })
    expect(await plan({ early: true }, fixtureInstant)).toMatchObject({ card: { cardUuid } })
    const ended = new Date(fixtureInstant.getTime() + 1095 * dayMs)
    await expect(plan({}, ended)).rejects.toMatchObject({ reason: 'card-ended' })
  })

  it('is not renewed while it is suspended or revoked, unknown, blank or half made', async () => {
    const { card, cardUuid } = await issued()
    const standing = { db: fixture.pki.db, clock: fixture.deps.issuance.clock }
    const why = { cardUuid, actor: 'test', reason: 'lost' }
    await suspendCard(standing, why)
    await expect(renew(card)).rejects.toMatchObject({ reason: 'card-suspended' })
    await reinstateCard(standing, why)
    const [held] = await certificatesOf(cardUuid)
    if (held === undefined) throw new Error('no certificate')
    const hold = { status: 'suspended', at: later, reason: 'certificateHold' } as const
    await fixture.deps.issuance.certificates.setStatus(held, hold)
    await expect(renew(card)).rejects.toMatchObject({ reason: 'card-suspended' })
    await revokeCard(standing, why)
    await expect(renew(card)).rejects.toMatchObject({ reason: 'card-ended' })
    await expect(renew(VirtualCard.create())).rejects.toMatchObject({ reason: 'card-blank' })
    const half = VirtualCard.create()
    half.faults.pullAwayAtExchange(30, { executed: true })
    await expect(fixture.issue(half, await fixture.request('citizen'))).rejects.toThrow()
    await expect(renew(half)).rejects.toMatchObject({ reason: 'card-unfinished' })
  })

  it('is refused when it is a copy of the public data of one of ours', async () => {
    const { card } = await issued()
    const copy = VirtualCard.create()
    const chuid = Buffer.from(card.state.objects['5fc102'] ?? '', 'base64').subarray(4)
    await fixture.desk(copy).withCard(async (one) => {
      await one.identify()
      const factory = Buffer.from('010203040506070801020304050607080102030405060708', 'hex')
      await one.authenticate({ algorithm: '3DES', bytes: factory })
      await one.putObject('chuid', chuid)
    })
    await expect(renew(copy)).rejects.toMatchObject({ reason: 'wrong-management-key' })
  })

  it('is left as it is when it is not one of ours, its PIN is blocked, or it is full', async () => {
    const stranger = VirtualCard.create()
    await personalise(stranger, { cardUuid: crypto.randomUUID() })
    await expect(renew(stranger)).rejects.toMatchObject({ reason: 'unknown-card' })
    const { card, cardUuid } = await issued('citizen')
    const before = await certificatesOf(cardUuid)
    const wrong = { ...alwaysChosen, enter: () => Promise.resolve(Buffer.from('111111')) }
    const desk = virtualDesk(card, { pins: wrong, trace: null })
    const blocking = desk.withCard((one) => renewCard(deps(), one, { ...asked, early: true }))
    await expect(blocking).rejects.toMatchObject({ reason: 'pin-blocked' })
    expect(await certificatesOf(cardUuid)).toEqual(before)
    const { rows } = await fixture.pki.db.query(`select from card_renewals where card_uuid = $1`, [
      cardUuid,
    ])
    expect(rows).toEqual([])
    const { card: other, cardUuid: otherUuid } = await issued('citizen')
    const full = { ...deps(), onStep: fullAt(other, 'identity') }
    const filling = fixture
      .desk(other)
      .withCard((one) => renewCard(full, one, { ...asked, early: true }))
    await expect(filling).rejects.toMatchObject({ reason: 'card-full' })
    other.faults.clear()
    await renew(other)
    await checkRenewed(other, otherUuid)
  })

  it('is renewed for a time that is named where it is temporary', async () => {
    const endsAt = new Date(later.getTime() + dayMs)
    const { card, cardUuid } = await issued('citizen', { endsAt })
    await expect(renew(card)).rejects.toMatchObject({ reason: 'card-temporary' })
    const next = new Date(later.getTime() + 3 * dayMs)
    await renew(card, { endsAt: next })
    expect((await createCardStore(fixture.pki.db).find(cardUuid))?.expiresAt).toEqual(next)
    for (const { notAfter } of (await certificatesOf(cardUuid)).filter(isInUse)) {
      expect(notAfter <= next).toBe(true)
    }
  })

  it('gets another PUK where its PUK was read out', async () => {
    const { card, cardUuid } = await issued()
    const puks = { db: fixture.pki.db, clock: { now: () => later }, secrets: fixture.deps.secrets }
    const told = await readOutPuk(puks, { cardUuid, actor: 'test', reason: 'no agent' })
    const onCard = card.state.puk.value
    expect(told.puks.map((puk) => puk.toString('hex'))).toEqual([onCard])
    await renew(card)
    expect(card.state.puk.value).not.toBe(onCard)
    expect(await findPukStanding(fixture.pki.db, cardUuid)).toEqual({
      ...{ version: 2, nextVersion: null, changeAt: null, readOutAt: null },
    })
  })

  it('ends renewed by no certificate at all when it is revoked on the way', async () => {
    const { card, cardUuid } = await issued()
    const standing = { db: fixture.pki.db, clock: fixture.deps.issuance.clock }
    const revoking = { ...deps(), onStep: (step: string) => void steps.push(step) }
    const steps: string[] = []
    const certificates = {
      ...revoking.issuance.certificates,
      listKeyUses: async (fingerprint: Buffer) => {
        if (steps.at(-1) === 'key-9A')
          await revokeCard(standing, { cardUuid, actor: 'test', reason: 'stolen' })
        return fixture.deps.issuance.certificates.listKeyUses(fingerprint)
      },
    }
    const issuance = { ...revoking.issuance, certificates }
    const torn = fixture
      .desk(card)
      .withCard((one) => renewCard({ ...revoking, issuance }, one, asked))
    await expect(torn).rejects.toMatchObject({ reason: 'card-ended' })
    expect((await certificatesOf(cardUuid)).map(({ status }) => status)).not.toContain('active')
    const { rows } = await fixture.pki.db.query(
      `select state, reason from card_renewals where card_uuid = $1`,
      [cardUuid],
    )
    expect(rows).toEqual([{ state: 'abandoned', reason: 'revoked' }])
  })
})

describe('a card that is pulled away while it is renewed', () => {
  it.each([false, true])(
    'ends renewed after the next run, at whatever exchange it left (executed: %j)',
    async (executed) => {
      const resumed: boolean[] = []
      const { card, cardUuid } = await issued('citizen')
      let inUse: readonly string[] = []
      for (let exchange = 1; ; exchange++) {
        card.faults.pullAwayAtExchange(exchange, { executed })
        const torn = await renew(card).catch((error: unknown) => error)
        if (!(torn instanceof Error)) break
        expect(torn).toMatchObject({ reason: 'card-removed' })
        card.faults.clear()
        resumed.push((await renew(card)).resumed)
        inUse = await checkRenewed(card, cardUuid, inUse)
      }
      expect(resumed.length).toBeGreaterThan(25)
      // Nothing is to be resumed before the attempt is written; then everything is.
      const first = resumed.indexOf(true)
      expect(first).toBeGreaterThan(0)
      expect(new Set(resumed.slice(first))).toEqual(new Set([true]))
    },
    240_000,
  )

  it('keeps its key in 9D also when that is cut off', async () => {
    for (const step of ['key-9D', 'certificate-9D']) {
      const { card, cardUuid } = await issued('civil-servant')
      const key = createHash('sha256').update(JSON.stringify(card.state.keys['9d'])).digest('hex')
      const cut = { ...deps(), onStep: cutAt(card, step) }
      await expect(
        fixture.desk(card).withCard((one) => renewCard(cut, one, { ...asked, early: true })),
      ).rejects.toMatchObject({ reason: 'card-removed' })
      card.faults.clear()
      await renew(card)
      await checkRenewed(card, cardUuid)
      expect(createHash('sha256').update(JSON.stringify(card.state.keys['9d'])).digest('hex')).toBe(
        key,
      )
    }
  })

  it('is found by its chip when its CHUID was lost', async () => {
    const { card, cardUuid } = await issued()
    const cut = { ...deps(), onStep: cutAt(card, 'identity') }
    await expect(
      fixture.desk(card).withCard((one) => renewCard(cut, one, asked)),
    ).rejects.toMatchObject({ reason: 'card-removed' })
    card.faults.clear()
    await fixture.desk(card).withCard(async (one) => {
      const { managementKey } = await one.identify()
      const algorithm = managementKey.algorithm ?? 'AES-256'
      const { secrets } = fixture.deps
      await one.authenticate(await secrets.managementKey({ cardUuid, version: 1 }, algorithm))
      await one.putObject('chuid', Buffer.of())
    })
    expect(card.state.objects['5fc102']).toBeUndefined()
    expect(await renew(card)).toMatchObject({ resumed: true, card: { cardUuid } })
    await checkRenewed(card, cardUuid)
  })
})

function fullAt(card: VirtualCard, step: string) {
  return (at: string): void => {
    if (at === step) card.faults.answerAtExchange(1, Buffer.from('6a84', 'hex'))
  }
}

function cutAt(card: VirtualCard, step: string) {
  return (at: string): void => {
    if (at === step) card.faults.pullAwayAtExchange(1)
  }
}
