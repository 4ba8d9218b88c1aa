import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import type { Queryable } from '../db/pool.ts'
import { systemRandom } from '../random.ts'
import { createAuditStore } from './audit-store.ts'

const at = new Date('2026-03-01T07:00:00Z')
const [holderId, cardUuid, terminalId] = [1, 2, 3].map(() => systemRandom.uuid()) as [
  string,
  string,
  string,
]
const full = {
  at,
  event: 'card-auth.refused',
  outcome: 'refused',
  reason: 'card-suspended',
  actor: 'ecard',
  holderId,
  cardUuid,
  terminalId,
  clientId: 'documents',
  facts: { slot: '9E', tries: 2, isTap: true, nothing: null },
} as const

describe('the audit store', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>

  beforeAll(async () => {
    database = await migratedTestDatabase()
  })
  afterAll(() => database.drop())

  it('keeps every field, and takes an event that has only the needed ones', async () => {
    const audit = createAuditStore(database.db)
    await audit.append(full)
    await audit.append({ at, event: 'terminal.invited', outcome: 'succeeded' })
    const [second, first] = await audit.listRecent({})
    expect(first).toEqual({ ...full, id: first?.id })
    const nothing = { reason: null, actor: null, holderId: null, cardUuid: null, terminalId: null }
    expect(second).toEqual({
      ...nothing,
      ...{ at, event: 'terminal.invited', outcome: 'succeeded', clientId: null, facts: {} },
      id: second?.id,
    })
  })

  it('lists the newest first, by every field that is asked for', async () => {
    const audit = createAuditStore(database.db)
    const own = { ...full, clientId: `client-${systemRandom.uuid()}` }
    await audit.append(own)
    await audit.append({ ...own, outcome: 'succeeded', reason: null })
    await audit.append({ ...own, event: 'card-auth.signed-in', outcome: 'succeeded' })
    const { clientId } = own
    const list = async (filter: object): Promise<string[]> =>
      (await audit.listRecent({ clientId, ...filter })).map(
        ({ event, outcome }) => `${event} ${outcome}`,
      )
    const newestFirst = [
      'card-auth.signed-in succeeded',
      'card-auth.refused succeeded',
      'card-auth.refused refused',
    ]
    expect(await list({})).toEqual(newestFirst)
    expect(await list({ limit: 1 })).toEqual(newestFirst.slice(0, 1))
    expect(await list({ event: 'card-auth.refused' })).toEqual(newestFirst.slice(1))
    expect(await list({ event: 'card-auth.refused', outcome: 'refused' })).toEqual(
      newestFirst.slice(2),
    )
    expect(await list({ holderId, cardUuid, terminalId })).toHaveLength(3)
    expect(await list({ holderId: systemRandom.uuid() })).toEqual([])
    expect(await list({ actor: 'ecard', from: at })).toHaveLength(3)
    expect(await list({ actor: 'somebody' })).toEqual([])
    expect(await list({ to: at })).toEqual([])
  })

  it.each(['audit_events', 'audit_links', 'audit_checkpoints'])(
    'stands on %s, which refuses every change, also with ordinary triggers off',
    async (table) => {
      const refusal = { code: '42501', constraint: `${table}_append_only` }
      const key = table === 'audit_events' ? 'id' : table === 'audit_links' ? 'seq' : 'number'
      for (const statement of [
        `update ${table} set ${key} = default`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]) {
        await expect(database.db.query(statement)).rejects.toMatchObject(refusal)
        const withTriggersOff = database.db.inTransaction(async (tx) => {
          await tx.query('set local session_replication_role = replica')
          await tx.query(statement)
        })
        await expect(withTriggersOff).rejects.toMatchObject(refusal)
      }
    },
  )

  it('appends in one statement', async () => {
    const statements: string[] = []
    const counting: Queryable = {
      query: (text, values, options) => {
        statements.push(text)
        return database.db.query(text, values, options)
      },
    }
    await createAuditStore(counting).append(full)
    expect(statements).toHaveLength(1)
  })
})
