import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { insertAgency, insertOrganisation, insertPerson } from '../../test/support/registry.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import type { Database } from '../db/pool.ts'
import { systemRandom } from '../random.ts'
import { findWithPosts } from './holder-list-store.ts'
import { moveHolder, planMove, type MoveHolderRequest } from './move-holder.ts'
import { reactivateHolder } from './reactivate-holder.ts'
import { createHolderStore } from './holder-store.ts'

const at = new Date('2026-03-01T07:00:00Z')
const clock = { now: () => at }

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let holderId: string

beforeAll(async () => {
  database = await migratedTestDatabase()
  db = database.db
  const { id: parentId } = await insertAgency(db, { code: 'MH' })
  for (const code of ['MH-VP', 'MH-SNV']) await insertAgency(db, { code, parentId })
})
afterAll(() => database.drop())
beforeEach(async () => {
  holderId = (await insertPerson(db)).id
})

function request(given: Partial<MoveHolderRequest>): MoveHolderRequest {
  const base = { from: null, to: 'MH-VP', position: null, actor: 'ecard', reason: 'QĐ 12/2026' }
  return { holderId, ...base, ...given }
}

const move = (given: Partial<MoveHolderRequest>): Promise<unknown> =>
  moveHolder({ db, clock, random: systemRandom }, request(given))

async function posts(): Promise<string[]> {
  const found = await findWithPosts(db, holderId)
  return (found?.agencies ?? []).map(({ code, position }) => `${code}: ${position}`)
}

describe('moving a holder', () => {
  it('gives a first office, another one, and another position there', async () => {
    await move({ position: 'Chuyên viên' })
    expect(await posts()).toEqual(['MH-VP: Chuyên viên'])
    await move({ to: 'MH-SNV' })
    expect(await posts()).toEqual(['MH-SNV: Chuyên viên'])
    await move({ to: 'MH-SNV', position: 'Phó phòng' })
    expect(await posts()).toEqual(['MH-SNV: Phó phòng'])
    const events = await createAuditStore(db).listRecent({ holderId, event: 'holder.moved' })
    expect(events.map(({ facts, reason }) => [facts, reason])).toEqual([
      [{ from: 'MH-SNV', to: 'MH-SNV' }, 'QĐ 12/2026'],
      [{ from: 'MH-VP', to: 'MH-SNV' }, 'QĐ 12/2026'],
      [{ from: null, to: 'MH-VP' }, 'QĐ 12/2026'],
    ])
  })

  it('plans without changing anything', async () => {
    expect(await planMove(db, request({}))).toMatchObject({
      from: null,
      to: { agency: { code: 'MH-VP' } },
    })
    expect(await posts()).toEqual([])
  })

  it('asks which of several offices is left', async () => {
    const { id } = (await findWithPosts(db, holderId))?.holder ?? { id: '' }
    const holders = createHolderStore(db)
    for (const code of ['MH', 'MH-VP']) {
      const found = await db.query<{ id: string }>('select id from agencies where code = $1', [
        code,
      ])
      const agencyId = found.rows[0]?.id ?? null
      const affiliation = { personId: id, agencyId, organisationId: null, position: '' }
      await holders.insertAffiliation({ id: systemRandom.uuid(), ...affiliation }, at)
    }
    await expect(move({ to: 'MH-SNV' })).rejects.toMatchObject({ facts: { field: 'from' } })
    await expect(move({ to: 'MH', from: 'MH-VP' })).rejects.toMatchObject({
      facts: { field: 'to' },
    })
    await move({ to: 'MH-SNV', from: 'MH-VP' })
    expect((await posts()).sort()).toEqual(['MH-SNV: ', 'MH: '])
  })

  it.each([
    ['an office that does not exist', { to: 'MH-X' }, 'NOT_FOUND'],
    ['an office that the person is not in', { from: 'MH' }, 'NOT_FOUND'],
    ['nobody', { holderId: systemRandom.uuid() }, 'NOT_FOUND'],
    ['a position that is a list', { position: 'a; b' }, 'INPUT_INVALID'],
    ['a position that fits on no card', { position: 'a'.repeat(65) }, 'INPUT_INVALID'],
  ] as const)('refuses %s', async (_, given, code) => {
    await expect(move(given)).rejects.toMatchObject({ code })
  })

  it('refuses what changes nothing, and organisations', async () => {
    await move({})
    await expect(move({})).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    const organisation = await insertOrganisation(db)
    const given = { holderId: organisation.id }
    await expect(move(given)).rejects.toMatchObject({ facts: { field: 'holder' } })
  })
})

describe('reactivating a holder', () => {
  it('is kept with who asked for it and why', async () => {
    await createHolderStore(db).setState(holderId, 'inactive', at)
    const given = { holderId, actor: 'ecard', reason: 'trở lại công tác' }
    expect(await reactivateHolder({ db, clock }, given)).toMatchObject({ state: 'active' })
    const [event] = await createAuditStore(db).listRecent({ holderId })
    expect(event).toMatchObject({ at, event: 'holder.reactivated', outcome: 'succeeded', ...given })
  })
})
