/**
 * A card that leaves the reader at every exchange of its issuing, before or after it carried the
 * command out; then the same command again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../card-reader/virtual-card/behaviour.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createIssuingFixture, type IssuingFixture } from '../../test/support/issuing-fixture.ts'
import { inspectCard } from './inspect-card.ts'
import type { IssueCardRequest } from './issue-card.ts'

let fixture: IssuingFixture
let exchanges = 0
beforeAll(async () => {
  fixture = await createIssuingFixture()
  const request = await fixture.request('enterprise')
  await fixture.issue(VirtualCard.create(), request, () => (exchanges += 1))
})
afterAll(() => fixture.close())

/** What must hold of the registry whatever happened. */
async function checkRegistry({ holder }: IssueCardRequest) {
  const { db } = fixture.pki
  const { rows } = await db.query<{ card_uuid: string; state: string; issuance: string | null }>(
    `select c.card_uuid, c.state, i.state as issuance from cards c
     left join card_issuances i using (card_uuid) where c.holder_id = $1`,
    [holder.id],
  )
  const { rows: active } = await db.query<{ card_uuid: string; state: string }>(
    `select distinct c.card_uuid, c.state from certificates t join cards c using (card_uuid)
     where c.holder_id = $1 and t.status = 'active'`,
    [holder.id],
  )
  // A card has its attempt from the first; no certificate counts on a card that has ended.
  expect(rows.every(({ issuance }) => issuance !== null)).toBe(true)
  expect(active.every(({ state }) => state === 'requested' || state === 'issued')).toBe(true)
  return rows
}

/** Pulled away at the exchange, then presented again: how it ended. */
async function issueTwice(
  exchange: number,
  { executed, behaviour }: { executed: boolean; behaviour?: Partial<Behaviour> },
): Promise<string> {
  const card = VirtualCard.create(behaviour === undefined ? {} : { behaviour })
  const request = await fixture.request('enterprise')
  card.faults.pullAwayAtExchange(exchange, { executed })
  await expect(fixture.issue(card, request)).rejects.toMatchObject({
    code: 'CARD_FAULT',
    reason: 'card-removed',
  })
  await checkRegistry(request)
  card.faults.clear()
  const issued = await fixture.issue(card, request)
  const rows = await checkRegistry(request)
  expect(rows.filter(({ state }) => state === 'issued')).toHaveLength(1)
  expect(rows.filter(({ issuance }) => issuance === 'running')).toEqual([])
  const seen = await fixture.desk(card).withCard((one) => inspectCard(fixture.pki.db, one))
  expect(seen).toMatchObject({ agrees: true, card: { cardUuid: issued.card.cardUuid } })
  expect(seen.slots.filter(({ standing }) => standing === 'same')).toHaveLength(3)
  // AES-256, and none of the factory's secrets.
  const { managementKey, pin, puk } = card.state
  expect(managementKey.algorithm).toBe(0x0c)
  expect([pin.value, puk.value]).not.toContain('313233343536ffff')
  expect(puk.value).not.toBe('3132333435363738')
  return issued.wiped === null ? (issued.resumed ? 'resumed' : 'issued') : 'wiped'
}

describe('a card that is pulled away while it is issued', () => {
  it.each([false, true])(
    'ends issued after the next run, at whatever exchange it left (executed: %j)',
    async (executed) => {
      expect(exchanges).toBeGreaterThan(50)
      const outcomes: string[] = []
      const numbers = Array.from({ length: exchanges }, (_, index) => index + 1)
      for (let start = 0; start < numbers.length; start += 4) {
        const some = numbers.slice(start, start + 4)
        outcomes.push(...(await Promise.all(some.map((each) => issueTwice(each, { executed })))))
      }
      // Before its row is written nothing is to be resumed; then everything is.
      const first = outcomes.indexOf('resumed')
      expect(first).toBeGreaterThan(0)
      expect(new Set(outcomes.slice(0, first))).toEqual(new Set(['issued']))
      expect(new Set(outcomes.slice(first))).toEqual(new Set(['resumed']))
    },
    240_000,
  )

  it.each([false, true])(
    'ends issued also where the card tells nothing of its secrets (executed: %j)',
    async (executed) => {
      const behaviour = { metadata: false }
      const numbers = Array.from({ length: exchanges - 2 }, (_, index) => index + 1)
      const outcomes = new Set<string>()
      for (let start = 0; start < numbers.length; start += 4) {
        const some = numbers.slice(start, start + 4)
        const tries = some.map((each) => issueTwice(each, { executed, behaviour }))
        for (const outcome of await Promise.all(tries)) outcomes.add(outcome)
      }
      expect(outcomes).toEqual(new Set(['issued', 'resumed']))
    },
    240_000,
  )
})
