import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { insertCard, registryTime } from '../../test/support/registry.ts'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { silentLog } from '../log.ts'
import { createCardStore } from './card-store.ts'
import type { StandingChange } from './standing-store.ts'
import { watchStanding } from './watch-standing.ts'

const at = registryTime
const clock = { now: () => at }
const suspension = { from: 'active', to: 'suspended', reason: 'lost', at } as const

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
beforeAll(async () => {
  database = await migratedTestDatabase()
})
afterAll(() => database.drop())

it('ends what rests on a card as soon as its suspension is committed', async () => {
  const { db } = database
  const { cardUuid } = await insertCard(db)
  const ended: StandingChange[] = []
  const onEnded = (change: StandingChange) => Promise.resolve(void ended.push(change))
  const stop = await watchStanding({ db, clock, log: silentLog, onEnded })
  await createCardStore(db).changeState(cardUuid, suspension)
  await vi.waitFor(() => {
    expect(ended).toContainEqual({ kind: 'card', id: cardUuid })
  })
  await stop()
})

it('catches up with what ended while the connection was lost', async () => {
  const { db } = database
  const { cardUuid } = await insertCard(db)
  const ended: StandingChange[] = []
  let reconnect = () => undefined as unknown
  const deaf: typeof db = {
    ...db,
    listen: (_channel, _onPayload, onReconnected) => {
      reconnect = onReconnected
      return Promise.resolve(() => Promise.resolve())
    },
  }
  const onEnded = (change: StandingChange) => Promise.resolve(void ended.push(change))
  const stop = await watchStanding({ db: deaf, clock, log: silentLog, onEnded })
  await createCardStore(db).changeState(cardUuid, suspension)
  expect(ended).toEqual([])
  reconnect()
  await vi.waitFor(() => {
    expect(ended).toContainEqual({ kind: 'card', id: cardUuid })
  })
  await stop()
})

it('tries again what could not be ended', async () => {
  const { db } = database
  const { cardUuid } = await insertCard(db)
  const ended: StandingChange[] = []
  const onEnded = vi
    .fn((change: StandingChange) => Promise.resolve(void ended.push(change)))
    .mockRejectedValueOnce(new Error('the store was away'))
  const stop = await watchStanding({ db, clock, log: silentLog, onEnded })
  await createCardStore(db).changeState(cardUuid, suspension)
  const patience = { timeout: 10_000 }
  await vi.waitFor(() => {
    expect(ended).toContainEqual({ kind: 'card', id: cardUuid })
  }, patience)
  await stop()
})
