import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asyncOf, createBatchFixture, type BatchFixture } from '../../test/support/batch-fixture.ts'
import { insertAgency } from '../../test/support/registry.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { systemRandom } from '../random.ts'
import { judgeBatchRows, prepareBatch, withinReach, type BatchField } from './prepare-batch.ts'

let fixture: BatchFixture
beforeAll(async () => {
  fixture = await createBatchFixture()
})
afterAll(() => fixture.close())

async function judged(...texts: Partial<Record<BatchField, string | null>>[]) {
  const rows = texts.map((text, at) => ({ line: at + 2, texts: text, faults: [] }))
  return judgeBatchRows(fixture.deps, { rows: () => asyncOf(rows) })
}

async function reasonsOf(...texts: Partial<Record<BatchField, string | null>>[]) {
  return (await judged(...texts)).map(({ faults }) => faults.map(({ reason }) => reason))
}

async function person() {
  const holder = await fixture.issuing.addHolder('citizen')
  return holder.type === 'person' ? holder : expect.unreachable()
}

describe('the rows of a batch', () => {
  it('become requests, kinds and PINs named as people name them', async () => {
    const { nationalNumber, id } = await person()
    const [row] = await judged({ nationalNumber, kind: 'Thẻ điện tử công dân', pin: 'Phiếu' })
    expect(row?.request).toMatchObject({ holderId: id, kind: 'citizen', pin: 'slip' })
    const [chosen] = await judged({ nationalNumber, kind: 'CÔNG CHỨC', pin: 'tại bàn' })
    expect(chosen?.request).toMatchObject({ kind: 'civil-servant', pin: 'ask' })
  })

  it('are refused with a reason each', async () => {
    const { nationalNumber } = await person()
    expect(
      await reasonsOf(
        { nationalNumber: '000999999999', kind: 'citizen' },
        { nationalNumber, kind: 'loyalty' },
        { nationalNumber, kind: 'enterprise' },
        { nationalNumber, kind: 'citizen', pin: 'e-mail' },
        { nationalNumber, kind: 'citizen', photo: 'none.jpg' },
        { nationalNumber, kind: 'citizen', replaces: systemRandom.uuid() },
        { kind: 'citizen' },
        { nationalNumber, taxCode: '0012345678', kind: 'citizen' },
        { nationalNumber },
      ),
    ).toEqual([
      ['holder-unknown'],
      ['kind-unknown'],
      ['kind-mismatch'],
      ['pin-unknown'],
      ['photo-missing'],
      ['card-unknown'],
      ['value-missing'],
      ['two-numbers'],
      ['value-missing'],
    ])
  })

  it('are refused the second time that they stand in the file', async () => {
    const { nationalNumber } = await person()
    const row = { nationalNumber, kind: 'citizen' }
    expect(await reasonsOf(row, { ...row, kind: 'civil-servant' }, row)).toEqual([
      [],
      [],
      ['duplicate-in-file'],
    ])
  })

  it('are refused for whoever has such a card, unless it is replaced, or waits for one', async () => {
    const holder = await person()
    const { card } = await fixture.issuing.issue(
      VirtualCard.create({}),
      await fixture.issuing.request('citizen', { holder }),
    )
    const row = { nationalNumber: holder.nationalNumber, kind: 'citizen' }
    expect(await reasonsOf(row)).toEqual([['already-has-card']])
    expect(await reasonsOf({ ...row, replaces: card.cardUuid.toUpperCase() })).toEqual([[]])
    const stranger = await person()
    const other = { nationalNumber: stranger.nationalNumber, kind: 'citizen' }
    expect(await reasonsOf({ ...other, replaces: card.cardUuid })).toEqual([['card-of-another']])
    const batchId = await fixture.queue(1)
    const { rows } = await fixture.deps.db.query<{ national_number: string }>(
      `select national_number from holders join batch_items i on i.holder_id = holders.id
       where i.batch_id = $1`,
      [batchId],
    )
    const nationalNumber = rows[0]?.national_number ?? ''
    expect(await reasonsOf({ nationalNumber, kind: 'citizen' })).toEqual([['already-queued']])
  })

  it('make no batch where none is good, and leave nothing in the audit', async () => {
    const rows = await judged({ nationalNumber: '000999999998', kind: 'citizen' })
    await expect(prepareBatch(fixture.deps, rows, { actor: 'test' })).rejects.toMatchObject({
      code: 'BATCH_REFUSED',
      reason: 'rows-refused',
    })
  })

  it('and signers lie within the reach of a role, once there are operators', async () => {
    const { db } = fixture.deps
    const [here, elsewhere] = [await person(), await person()]
    const rows = await judged(
      { nationalNumber: here.nationalNumber, kind: 'citizen' },
      { nationalNumber: elsewhere.nationalNumber, kind: 'citizen' },
    )
    expect(await withinReach(fixture.deps, rows, 'ecard')).toEqual(rows)

    const officer = await fixture.addOfficer()
    const province = await insertAgency(db, { kind: 'province', parentId: null })
    const agency = await insertAgency(db, { kind: 'department', parentId: province.id })
    await createHolderStore(db).insertAffiliation(
      {
        ...{ id: systemRandom.uuid(), personId: here.id, agencyId: agency.id },
        ...{ organisationId: null, position: 'Chuyên viên' },
      },
      fixture.deps.clock.now(),
    )
    await appoint(officer.holder.id, agency.id)
    const reached = await withinReach(fixture.deps, rows, officer.holder.id)
    expect(reached.map(({ faults }) => faults.map(({ reason }) => reason))).toEqual([
      [],
      ['not-in-your-agency'],
    ])
    expect(await withinReach(fixture.deps, rows, 'ecard')).toMatchObject([
      { request: null },
      { request: null },
    ])
    const { file } = await prepareBatch(fixture.deps, rows, { actor: officer.holder.id })
    await expect(fixture.sign(file, officer)).rejects.toMatchObject({
      ...{ code: 'BATCH_REFUSED', reason: 'signer-not-allowed' },
      facts: { requests: 1 },
    })
    const own = await prepareBatch(fixture.deps, reached, { actor: officer.holder.id })
    await expect(fixture.sign(own.file, officer)).resolves.toContain('signatures')
  })
})

/** The first operator of all: an issuing officer of one agency. */
function appoint(holderId: string, agencyId: string): Promise<unknown> {
  return fixture.deps.db.inTransaction(async (tx) => {
    const grantId = systemRandom.uuid()
    await tx.query(
      `insert into operator_grants
         (id, holder_id, role, agency_id, granted_by, granted_at, grant_reason)
       values ($1, $2, 'issuing-officer', $3, 'test', $4, 'test')`,
      [grantId, holderId, agencyId, fixture.deps.clock.now()],
    )
    await tx.query('insert into operator_bootstrap (grant_id, at) values ($1, $2)', [
      grantId,
      fixture.deps.clock.now(),
    ])
  })
}
