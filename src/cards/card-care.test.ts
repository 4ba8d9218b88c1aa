/** Lists of many cards, cards whose time is over, and cards that take another's place. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import { createAgencyStore } from '../holders/agency-store.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { systemRandom } from '../random.ts'
import { abandonIssuance } from './abandon-issuance.ts'
import { findCardCare } from './card-care-store.ts'
import { listCards, walkCards, type CardFilter } from './card-list-store.ts'
import { createCardStore } from './card-store.ts'
import { expireCards } from './expire-cards.ts'
import { listRunning } from './issuance-journal.ts'
import { replaceCard, type ReplaceCardRequest } from './replace-card.ts'

let fixture: IssuingFixture
beforeAll(async () => {
  fixture = await createIssuingFixture()
})
afterAll(() => fixture.close())

const db = () => fixture.pki.db
const stateOf = async (cardUuid: string) => (await createCardStore(db()).find(cardUuid))?.state

async function issued(given: Parameters<IssuingFixture['request']>[1] = {}) {
  const request = await fixture.request('citizen', { active: true, ...given })
  const { card } = await fixture.issue(VirtualCard.create(), request)
  return { card, holder: request.holder }
}

describe('cards in a list', () => {
  it('are found by holder, kind, state, office and end, a page at a time', async () => {
    const { pki } = fixture
    const province = { id: systemRandom.uuid(), code: 'MH', name: 'Tỉnh Minh Họa' }
    const office = { id: systemRandom.uuid(), code: 'MH-STP', name: 'Sở Tư pháp' }
    const agencies = createAgencyStore(pki.db)
    await agencies.insert({ ...province, kind: 'province', parentId: null })
    await agencies.insert({ ...office, kind: 'department', parentId: province.id })
    const soon = new Date(pki.now.getTime() + 86_400_000)
    const [first, second] = [await issued(), await issued({ endsAt: soon })]
    await createHolderStore(pki.db).insertAffiliation(
      {
        ...{ id: systemRandom.uuid(), personId: second.holder.id, agencyId: office.id },
        ...{ organisationId: null, position: '' },
      },
      pki.now,
    )
    const found = async (filter: CardFilter) => {
      const uuids: string[] = []
      for await (const one of walkCards(pki.db, filter)) uuids.push(one.card.cardUuid)
      return uuids
    }
    const both = [first.card.cardUuid, second.card.cardUuid].sort()
    expect(await found({ kind: 'citizen', state: 'active' })).toEqual(both)
    expect(await found({ holderId: first.holder.id })).toEqual([first.card.cardUuid])
    expect(await found({ agency: 'MH' })).toEqual([second.card.cardUuid])
    expect(await found({ agency: 'nowhere' })).toEqual([])
    expect(await found({ state: 'suspended' })).toEqual([])
    const later = new Date(first.card.expiresAt.getTime() + 1)
    expect(await found({ endingBefore: later })).toEqual([
      second.card.cardUuid,
      first.card.cardUuid,
    ])
    for (const filter of [{}, { endingBefore: later }] as const) {
      const [one] = await listCards(pki.db, filter, { after: null, limit: 1 })
      const after = one?.card.cardUuid ?? null
      const [two, ...more] = await listCards(pki.db, filter, { after, limit: 5 })
      expect([one?.card.cardUuid, two?.card.cardUuid].sort()).toEqual(both)
      expect(more).toEqual([])
    }
    const [temporary] = await listCards(
      pki.db,
      { holderId: second.holder.id },
      { after: null, limit: 1 },
    )
    expect(temporary).toMatchObject({ temporary: true, pukReadOut: false })
  })
})

describe('a temporary card', () => {
  it('ends by itself, certificates and all, and is told to those who hold sessions', async () => {
    const { now } = fixture.pki
    const endsAt = new Date(now.getTime() + 8 * 3_600_000)
    const { cardUuid, expiresAt } = (await issued({ endsAt })).card
    expect(expiresAt).toEqual(endsAt)
    const certificates = await fixture.deps.issuance.certificates.listByCard(cardUuid)
    expect(certificates.length).toBeGreaterThan(0)
    expect(certificates.every(({ notAfter }) => notAfter <= endsAt)).toBe(true)
    let tell: (payload: string) => void = () => undefined
    const told = new Promise<string>((resolve) => (tell = resolve))
    const hear = (payload: string) => {
      if (payload.includes(cardUuid)) tell(payload)
    }
    const stop = await db().listen('ecard_standing', hear, () => undefined)
    const at = (instant: Date) => expireCards({ db: db(), clock: { now: () => instant } })
    await at(new Date(endsAt.getTime() - 1))
    expect(await stateOf(cardUuid)).toBe('active')
    expect(await at(endsAt)).toBeGreaterThan(0)
    expect(await stateOf(cardUuid)).toBe('expired')
    expect(JSON.parse(await told)).toEqual({ kind: 'card', id: cardUuid })
    expect(await at(endsAt)).toBe(0)
    await stop()
  })
})

describe('a card that is replaced', () => {
  const asked = async (oldUuid: string, given: Partial<ReplaceCardRequest>) => {
    const request = await fixture.request('citizen')
    const card = await createCardStore(db()).find(oldUuid)
    const holder = await createHolderStore(db()).find(card?.holderId ?? '')
    if (holder === null) throw new Error('no holder')
    return { ...request, holder, oldUuid, cause: 'lost', keepsOld: false, ...given } as const
  }
  const replace = (request: ReplaceCardRequest, card: VirtualCard) =>
    replaceCard(fixture.deps, request, (work) => fixture.desk(card).withCard(work))

  it('ends at once where it is lost, also when the new one is cut off; the same act goes on', async () => {
    const { cardUuid } = (await issued()).card
    const request = await asked(cardUuid, { cause: 'stolen' })
    const blank = VirtualCard.create()
    blank.faults.pullAwayAtExchange(30)
    await expect(replace(request, blank)).rejects.toMatchObject({ reason: 'card-removed' })
    expect(await stateOf(cardUuid)).toBe('revoked')
    const certificates = await fixture.deps.issuance.certificates.listByCard(cardUuid)
    expect(certificates.every(({ reason }) => reason === 'keyCompromise')).toBe(true)
    blank.faults.clear()
    const done = await replace(request, blank)
    expect(done).toMatchObject({ resumed: true, card: { state: 'issued' } })
    expect(await findCardCare(db(), done.card.cardUuid)).toMatchObject({ replaces: cardUuid })
    await expect(replace(request, VirtualCard.create())).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { replacedBy: done.card.cardUuid },
    })
  })

  it('is good until the new one is finished where it is kept', async () => {
    const { cardUuid } = (await issued()).card
    const request = await asked(cardUuid, { cause: 'damaged', keepsOld: true })
    const blank = VirtualCard.create()
    blank.faults.pullAwayAtExchange(30)
    await expect(replace(request, blank)).rejects.toMatchObject({ reason: 'card-removed' })
    expect(await stateOf(cardUuid)).toBe('active')
    blank.faults.clear()
    const done = await replace(request, blank)
    expect(await stateOf(cardUuid)).toBe('replaced')
    const certificates = await fixture.deps.issuance.certificates.listByCard(cardUuid)
    expect(certificates.every(({ reason }) => reason === 'superseded')).toBe(true)
    expect(await findCardCare(db(), cardUuid)).toMatchObject({ replacedBy: done.card.cardUuid })
  })
})

describe('an attempt whose chip is lost', () => {
  it('is given up with its row and certificates, and is on the list until then', async () => {
    const card = VirtualCard.create()
    card.faults.pullAwayAtExchange(36, { executed: true })
    const request = await fixture.request('citizen')
    await expect(fixture.issue(card, request)).rejects.toMatchObject({ reason: 'card-removed' })
    const running = (await listRunning(db())).filter((one) => one.holderId === request.holder.id)
    expect(running).toHaveLength(1)
    const cardUuid = running[0]?.cardUuid ?? ''
    const deps = { db: db(), clock: fixture.deps.issuance.clock }
    const why = { cardUuid, actor: 'test', reason: 'thrown away' }
    await abandonIssuance(deps, why)
    expect(await stateOf(cardUuid)).toBe('revoked')
    const certificates = await fixture.deps.issuance.certificates.listByCard(cardUuid)
    expect(certificates.map(({ status }) => status)).toEqual(certificates.map(() => 'revoked'))
    await expect(abandonIssuance(deps, why)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    // Should it turn up after all, it is wiped.
    card.faults.clear()
    expect((await fixture.issue(card, request)).wiped).toMatchObject({ cardUuid })
  })
})
