import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { insertCard, insertPerson } from '../../test/support/registry.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import type { Database } from '../db/pool.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { systemRandom } from '../random.ts'
import { createCardStore } from './card-store.ts'
import { cardStates, type CardState } from './card.ts'
import { leaveHolder, planLeaving, type CardsOfLeaver } from './leave-holder.ts'

const at = new Date('2026-03-01T07:00:00Z')
const clock = { now: () => at }

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let holderId: string
/** One card in each state. */
let cards: Record<CardState, string>

beforeAll(async () => {
  database = await migratedTestDatabase()
  db = database.db
})
afterAll(() => database.drop())
beforeEach(async () => {
  holderId = (await insertPerson(db)).id
  const made: [CardState, string][] = []
  for (const state of cardStates) {
    const { cardUuid } = await insertCard(db, { holderId, state })
    made.push([state, cardUuid])
  }
  cards = Object.fromEntries(made) as Record<CardState, string>
})

const leave = (how: CardsOfLeaver): ReturnType<typeof leaveHolder> =>
  leaveHolder({ db, clock }, { holderId, cards: how, actor: 'ecard', reason: 'nghỉ hưu' })

/** What became of the card that was in each state. */
async function statesNow(): Promise<Record<string, string | undefined>> {
  const all = await createCardStore(db).listByHolder(holderId)
  return Object.fromEntries(
    Object.entries(cards).map(([before, uuid]) => [
      before,
      all.find(({ cardUuid }) => cardUuid === uuid)?.state,
    ]),
  )
}

const ended = { revoked: 'revoked', expired: 'expired', replaced: 'replaced' }

describe('a holder who leaves', () => {
  it('keeps no card in use when the cards are suspended', async () => {
    const { holder, cards: told } = await leave('suspend')
    expect(holder.state).toBe('inactive')
    const waiting = { requested: 'requested', issued: 'issued' }
    const suspended = { active: 'suspended', suspended: 'suspended' }
    expect(await statesNow()).toEqual({ ...ended, ...waiting, ...suspended })
    expect(told.map(({ card, to }) => [card.cardUuid, to]).sort()).toEqual(
      [
        [cards.active, 'suspended'],
        [cards.requested, null],
        [cards.issued, null],
      ].sort(),
    )
  })

  it('keeps no card at all when the cards are revoked', async () => {
    await leave('revoke')
    const revoked = { requested: 'revoked', issued: 'revoked', active: 'revoked' }
    expect(await statesNow()).toEqual({ ...ended, ...revoked, suspended: 'revoked' })
    const events = await createAuditStore(db).listRecent({ holderId })
    expect(events.map(({ event, reason }) => `${event} ${reason ?? ''}`)).toEqual([
      'holder.deactivated nghỉ hưu',
      ...Array.from({ length: 4 }, () => 'card.revoked nghỉ hưu'),
    ])
  })

  it('may be suspended first and revoked later; the same again does nothing', async () => {
    await leave('suspend')
    await leave('suspend')
    const events = await createAuditStore(db).listRecent({ holderId })
    expect(events.map(({ event }) => event)).toEqual(['holder.deactivated', 'card.suspended'])
    await leave('revoke')
    expect((await planLeaving(db, { holderId, cards: 'revoke' })).cards).toEqual([])
  })

  it('is planned without a change', async () => {
    const before = await statesNow()
    expect((await planLeaving(db, { holderId, cards: 'revoke' })).cards).toHaveLength(4)
    expect(await statesNow()).toEqual(before)
  })

  it('stays, with every card, when one of the cards cannot be ended', async () => {
    const before = await statesNow()
    await db.query(
      `create function refuse_this_card() returns trigger language plpgsql as $$
       begin raise exception 'not this one' using errcode = 'check_violation'; end $$`,
    )
    await db.query(
      `create trigger refuse_this_card before update on cards
       for each row when (old.card_uuid = '${cards.suspended}') execute function refuse_this_card()`,
    )
    await expect(leave('revoke')).rejects.toThrow('not this one')
    await db.query('drop trigger refuse_this_card on cards')
    expect(await statesNow()).toEqual(before)
    expect(await createHolderStore(db).find(holderId)).toMatchObject({ state: 'active' })
    expect(await createAuditStore(db).listRecent({ holderId })).toEqual([])
  })

  it('has to be there', async () => {
    const nobody = { holderId: systemRandom.uuid(), cards: 'suspend' } as const
    await expect(planLeaving(db, nobody)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
