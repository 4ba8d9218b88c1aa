import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import {
  insertCard,
  insertOrganisation,
  insertPerson,
  registryTime,
} from '../../test/support/registry.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { violatedConstraintOf } from '../db/database-error.ts'
import type { Database } from '../db/pool.ts'
import { systemRandom } from '../random.ts'
import { authoriseOperator } from './authorise-operator.ts'
import { bootstrapOperators, planBootstrap } from './bootstrap-operators.ts'
import { grantRole } from './change-grants.ts'
import { listGrants } from './grant-store.ts'

describe('the first administrator', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database
  const clock = { now: () => registryTime }
  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
  })
  afterAll(() => database.drop())

  const bootstrap = (holderId: string): Promise<void> =>
    bootstrapOperators(
      { db, clock, random: systemRandom },
      { holderId, actor: 'ecard', reason: 'first administrator' },
    )

  it('is none of those who could not sign in, and nothing is spent on them', async () => {
    const unable = [
      [(await insertPerson(db)).id, 'holder-without-card'],
      [(await insertCard(db, { kind: 'citizen' })).holderId, 'holder-without-card'],
      [(await insertCard(db, { state: 'suspended' })).holderId, 'holder-without-card'],
      [(await insertPerson(db, { state: 'inactive' })).id, 'holder-inactive'],
      [(await insertOrganisation(db)).id, 'not-a-person'],
    ] as const
    for (const [holderId, reason] of unable) {
      await expect(planBootstrap({ db, clock }, holderId)).rejects.toMatchObject({ reason })
      await expect(bootstrap(holderId)).rejects.toMatchObject({ code: 'GRANT_REFUSED', reason })
    }
    await expect(bootstrap(systemRandom.uuid())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const given = {
      sessionSecret: null,
      action: 'card.issue',
      scope: { kind: 'province' },
    } as const
    expect(await authoriseOperator({ db, clock }, given)).toBeNull()
  })

  it('is the only one who can grant roles from, and grants come after', async () => {
    const { holderId } = await insertCard(db)
    const request = { holderId, role: 'auditor', agencyId: null, actor: 'x', reason: 'y' } as const
    const early = grantRole({ db, clock, random: systemRandom }, request)
    await expect(early).rejects.toMatchObject({ reason: 'before-bootstrap' })
  })

  it('is one, also when several are appointed at the same moment', async () => {
    const people = await Promise.all([1, 2, 3, 4].map(() => insertCard(db, { state: 'issued' })))
    const [{ holderId: same }] = people as [(typeof people)[number]]
    await expect(planBootstrap({ db, clock }, same)).resolves.toBeUndefined()
    const attempts = [...people.map(({ holderId }) => holderId), same].map(bootstrap)
    const outcomes = await Promise.allSettled(attempts)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ code: 'BOOTSTRAP_DONE' })
    const grants = await listGrants(db, { all: true })
    expect(grants).toMatchObject([{ role: 'administrator', agencyId: null, grantedBy: 'ecard' }])
    const events = await createAuditStore(db).listRecent({})
    expect(events).toMatchObject([
      { event: 'operator.bootstrapped', actor: 'ecard', holderId: grants[0]?.holderId },
    ])
  })

  it('stays the only first one, whatever becomes of the grant', async () => {
    const { holderId } = await insertCard(db)
    await expect(planBootstrap({ db, clock }, holderId)).rejects.toMatchObject({
      code: 'BOOTSTRAP_DONE',
    })
    for (const sql of [
      'delete from operator_bootstrap',
      'truncate operator_bootstrap cascade',
      'update operator_bootstrap set at = now()',
      'delete from operator_grants',
      `update operator_grants set role = 'auditor'`,
    ]) {
      const refusal: unknown = await db.query(sql).catch((error: unknown) => error)
      expect(violatedConstraintOf(refusal)).toMatch(/^operator_.*_are_kept$/)
    }
    await expect(bootstrap(holderId)).rejects.toMatchObject({ code: 'BOOTSTRAP_DONE' })
  })
})
