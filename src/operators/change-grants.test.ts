import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOperatorFixture, type OperatorFixture } from '../../test/support/operator-fixture.ts'
import {
  insertAgency,
  insertCard,
  insertOrganisation,
  insertPerson,
} from '../../test/support/registry.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { violatedConstraintOf } from '../db/database-error.ts'
import { createAgencyStore } from '../holders/agency-store.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { listGrants } from './grant-store.ts'

describe('roles', () => {
  let fixture: OperatorFixture
  beforeAll(async () => {
    fixture = await createOperatorFixture()
  })
  afterAll(() => fixture.close())

  it('are granted and taken away with who, why and when, and stay on record', async () => {
    const { db, administrator, clock } = fixture
    const agency = await insertAgency(db)
    const { holderId } = await insertCard(db)
    const of = { holderId, role: 'help-desk', agencyId: agency.id } as const
    await fixture.grant({ ...of, reason: 'QĐ 1' })
    clock.advance(60)
    await fixture.revoke({ ...of, reason: 'QĐ 2' })
    await fixture.grant({ ...of, reason: 'QĐ 3' })
    expect(await listGrants(db, { all: false, holderId })).toMatchObject([
      { role: 'help-desk', agencyCode: agency.code, grantReason: 'QĐ 3', ended: null },
    ])
    expect(await listGrants(db, { all: true, holderId })).toMatchObject([
      {
        ...{ grantReason: 'QĐ 1', grantedBy: administrator.holderId },
        ended: { by: administrator.holderId, reason: 'QĐ 2', at: clock.now() },
      },
      { grantReason: 'QĐ 3' },
    ])
    const events = await createAuditStore(db).listRecent({ holderId })
    const facts = { role: 'help-desk', agencyId: agency.id }
    expect(events).toMatchObject([
      { event: 'operator.role-granted', reason: 'QĐ 3', actor: administrator.holderId, facts },
      { event: 'operator.role-revoked', reason: 'QĐ 2', actor: administrator.holderId, facts },
      { event: 'operator.role-granted', reason: 'QĐ 1', actor: administrator.holderId, facts },
    ])
  })

  it('are granted once, to active persons, and by nobody to themselves', async () => {
    const { db, administrator, grant } = fixture
    const holderId = (await insertPerson(db)).id
    await grant({ holderId, role: 'auditor' })
    await expect(grant({ holderId, role: 'auditor' })).rejects.toMatchObject({
      reason: 'granted-already',
    })
    const refused = [
      [administrator.holderId, 'to-oneself'],
      [(await insertPerson(db, { state: 'inactive' })).id, 'holder-inactive'],
      [(await insertOrganisation(db)).id, 'not-a-person'],
    ] as const
    for (const [whom, reason] of refused) {
      const attempt = grant({ holderId: whom, role: 'auditor' })
      await expect(attempt).rejects.toMatchObject({ code: 'GRANT_REFUSED', reason })
    }
  })

  it('are held once where two administrators grant the same at the same moment', async () => {
    const holderId = (await insertPerson(fixture.db)).id
    const both = await Promise.allSettled([1, 2].map(() => fixture.grant({ holderId })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('are kept so by the database too', async () => {
    const { db } = fixture
    const holderId = (await insertPerson(db)).id
    const insert = (given: readonly unknown[]) =>
      db
        .query(
          `insert into operator_grants
             (id, holder_id, role, agency_id, granted_by, granted_at, grant_reason)
           values (gen_random_uuid(), $1, $2, $3, $4, now(), 'x')`,
          given,
        )
        .then(
          () => null,
          (error: unknown) => violatedConstraintOf((error as Error).cause ?? error),
        )
    const [office] = await createAgencyStore(db).list()
    expect(await insert([holderId, 'auditor', null, 'a'])).toBeNull()
    expect(await insert([holderId, 'auditor', office?.id, 'a'])).toBeNull()
    for (const [given, constraint] of [
      [[holderId, 'auditor', null, 'a'], /_once_in_province$/],
      [[holderId, 'auditor', office?.id, 'a'], /_once_per_agency$/],
      [[holderId, 'help-desk', null, holderId], /_not_by_oneself$/],
      [[holderId, 'king', null, 'a'], /_role_check$/],
      [[(await insertOrganisation(db)).id, 'auditor', null, 'a'], /_holder_id_holder_type_fkey$/],
    ] as const)
      expect(await insert(given)).toMatch(constraint)
  })

  it('cannot be taken from who does not have them', async () => {
    const holderId = (await insertPerson(fixture.db)).id
    const attempt = fixture.revoke({ holderId, role: 'auditor' })
    await expect(attempt).rejects.toMatchObject({ reason: 'not-granted' })
  })

  it('leave one administrator of the whole province, also when two go at the same moment', async () => {
    const own = await createOperatorFixture()
    const { db, administrator, grant, revoke } = own
    const last = { holderId: administrator.holderId, reason: 'leaving' }
    await grant({ holderId: (await insertPerson(db)).id, role: 'auditor' })
    const of = await insertAgency(db)
    await grant({ holderId: (await insertPerson(db)).id, agencyId: of.id })
    await expect(revoke(last)).rejects.toMatchObject({ reason: 'last-administrator' })
    const second = (await insertPerson(db)).id
    await grant({ holderId: second })
    await createHolderStore(db).setState(second, 'inactive', own.clock.now())
    await expect(revoke(last)).rejects.toMatchObject({ reason: 'last-administrator' })
    await createHolderStore(db).setState(second, 'active', own.clock.now())
    const both = await Promise.allSettled([
      revoke({ ...last, actor: second }),
      revoke({ holderId: second }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { reason: 'last-administrator' },
    })
    await own.close()
  })
})
