import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../../test/support/migrated-database.ts'
import { insertAgency } from '../../../test/support/registry.ts'
import { rowSource, type GivenRow } from '../../../test/support/row-source.ts'
import type { Database } from '../../db/pool.ts'
import { systemRandom } from '../../random.ts'
import { findWithPosts } from '../holder-list-store.ts'
import type { HolderField } from './fields.ts'
import type { JudgedRow } from './file-row.ts'
import { importHolders, previewHolders } from './import-holders.ts'

type Row = GivenRow<HolderField>

const clock = { now: () => new Date('2026-03-01T07:00:00Z') }
const displayName = 'Nguyễn Văn Mẫu'
const ours: Row = { nationalNumber: '000085000101', displayName, agency: 'MH-SNV' }
const theirs: Row = { nationalNumber: '000085000102', displayName, agency: 'MH-VP' }
const shared: Row = { nationalNumber: '000085000103', displayName, agency: 'MH-SNV; MH-VP' }
const homeless: Row = { nationalNumber: '000085000104', displayName }
const company: Row = { taxCode: '0000000201', organisationName: 'Công ty TNHH Ví Dụ' }

describe('an import that is limited to some offices', () => {
  let database: Awaited<ReturnType<typeof migratedTestDatabase>>
  let db: Database
  beforeAll(async () => {
    database = await migratedTestDatabase()
    db = database.db
    const { id: parentId } = await insertAgency(db, { code: 'MH', name: 'Tỉnh Minh Họa' })
    await insertAgency(db, { code: 'MH-VP', name: 'Văn phòng', parentId })
    await insertAgency(db, { code: 'MH-SNV', name: 'Sở Nội vụ', parentId })
    await apply([ours, theirs, shared, homeless, company])
  })
  afterAll(() => database.drop())

  const area = new Set(['MH-SNV'])

  function apply(rows: readonly Row[], given: ReadonlySet<string> | null = null) {
    const request = { actor: 'ecard', fileSha256: 'ab', skipRefused: false }
    const deps = { db, clock, random: systemRandom, area: given }
    return importHolders(deps, rowSource<HolderField>(rows), {
      ...request,
      onRow: () => undefined,
    })
  }

  async function judge(row: Row): Promise<string> {
    const judged: JudgedRow[] = []
    const source = rowSource<HolderField>([row])
    await previewHolders({ db, area }, source, (one) => judged.push(one))
    const [{ outcome, faults } = { outcome: 'none', faults: [] }] = judged
    return [outcome, ...new Set(faults.map(({ reason }) => reason))].join(' ')
  }

  it('adds and changes their own people', async () => {
    expect(await judge({ ...ours, email: 'mau@minhhoa.example' })).toBe('changed')
    expect(await judge({ ...ours, nationalNumber: '000085000105' })).toBe('new')
    const renamed = { ...homeless, nationalNumber: shared.nationalNumber ?? '' }
    expect(await judge({ ...renamed, email: 'mau@minhhoa.example' })).toBe('changed')
  })

  it('refuses what touches anybody else, row by row', async () => {
    const outside = 'refused outside-area'
    expect(await judge({ ...theirs, email: 'mau@minhhoa.example' })).toBe(outside)
    expect(await judge({ ...theirs, nationalNumber: '000085000105' })).toBe(outside)
    expect(await judge({ ...homeless, nationalNumber: '000085000105' })).toBe(outside)
    expect(await judge({ ...company, organisationName: 'Công ty khác' })).toBe(outside)
    // Taking a person over, sending one off, ending another office's tie.
    expect(await judge({ ...theirs, agency: 'MH-SNV' })).toBe(outside)
    expect(await judge({ ...homeless, agency: 'MH-SNV' })).toBe(outside)
    expect(await judge({ ...ours, agency: 'MH-VP' })).toBe(outside)
    expect(await judge({ ...shared, agency: 'MH-SNV' })).toBe(outside)
    // Acting for an organisation is nobody's office's to give.
    expect(await judge({ ...ours, taxCode: '0000000201' })).toBe(outside)
  })

  it('lets rows stand that change nothing, and writes nothing where one is refused', async () => {
    expect(await judge(theirs)).toBe('unchanged')
    const rows = [
      { ...ours, nationalNumber: '000085000106' },
      { ...theirs, agency: 'MH-SNV' },
    ]
    await expect(apply(rows, area)).rejects.toMatchObject({ code: 'IMPORT_REFUSED' })
    expect(await findWithPosts(db, '000085000106')).toBeNull()
  })
})
