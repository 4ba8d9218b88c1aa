import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../../test/support/migrated-database.ts'
import { rowSource, type GivenRow } from '../../../test/support/row-source.ts'
import { createAuditStore } from '../../audit/audit-store.ts'
import type { Database } from '../../db/pool.ts'
import { systemRandom } from '../../random.ts'
import { createAgencyStore } from '../agency-store.ts'
import type { AgencyField } from './fields.ts'
import { createTally, fault, type ImportCounts, type JudgedRow } from './file-row.ts'
import { importAgencies, maxAgencyRows, previewAgencies } from './import-agencies.ts'

type Row = GivenRow<AgencyField>

const clock = { now: () => new Date('2026-03-01T07:00:00Z') }
const province: Row = { code: 'MH', name: 'Tỉnh Minh Họa', kind: 'Tỉnh' }
const department: Row = { code: 'MH-SNV', name: 'Sở Nội vụ', kind: 'sở', parent: 'MH' }
const office: Row = { code: 'MH-SNV-VP', name: 'Văn phòng', kind: 'Đơn vị', parent: 'MH-SNV' }
const tree = [office, department, province]

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database

beforeEach(async () => {
  database = await migratedTestDatabase()
  db = database.db
})
afterEach(() => database.drop())

async function preview(rows: readonly Row[]): Promise<JudgedRow[]> {
  const judged: JudgedRow[] = []
  await previewAgencies({ db }, rowSource<AgencyField>(rows), (row) => judged.push(row))
  return judged
}

function apply(rows: readonly Row[], skipRefused = false): Promise<ImportCounts> {
  const request = { actor: 'ecard', fileSha256: 'ab', skipRefused, onRow: () => undefined }
  return importAgencies({ db, clock, random: systemRandom }, rowSource<AgencyField>(rows), request)
}

const reasonsOf = (rows: readonly JudgedRow[]): string[][] =>
  rows.map(({ faults }) => faults.map(({ reason }) => reason))

const counts = (given: Partial<ImportCounts>): ImportCounts => {
  return { ...createTally().counts(), ...given }
}

describe('an import of agencies', () => {
  it('takes parents and children in any order, and says so before it does', async () => {
    expect((await preview(tree)).map(({ outcome }) => outcome)).toEqual(['new', 'new', 'new'])
    expect(await createAgencyStore(db).list()).toEqual([])
    expect(await apply(tree)).toEqual(counts({ new: 3 }))
    const all = await createAgencyStore(db).list()
    const idOf = (code: string): string | undefined => all.find((one) => one.code === code)?.id
    expect(all).toMatchObject([
      { code: 'MH', kind: 'province', parentId: null },
      { code: 'MH-SNV', kind: 'department', parentId: idOf('MH') },
      { code: 'MH-SNV-VP', kind: 'office', parentId: idOf('MH-SNV') },
    ])
    const events = await createAuditStore(db).listRecent({ event: 'agency.added' })
    expect(events.map(({ facts }) => facts['agency']).sort()).toEqual(all.map(({ code }) => code))
  })

  it('does nothing when the same list comes again', async () => {
    await apply(tree)
    expect(await apply(tree)).toEqual(counts({ unchanged: 3 }))
    expect(await createAuditStore(db).listRecent({})).toHaveLength(3)
  })

  it('changes name, kind and place, even where two offices change places', async () => {
    await apply(tree)
    const swapped: Row[] = [
      { ...office, kind: 'department', parent: 'MH' },
      { ...department, name: 'Sở Nội vụ mới', parent: 'MH-SNV-VP' },
    ]
    expect(await preview(swapped)).toMatchObject([
      {
        changes: [
          { field: 'kind', from: 'office', to: 'department' },
          { field: 'parent', from: 'MH-SNV', to: 'MH' },
        ],
      },
      {
        changes: [
          { field: 'name', from: 'Sở Nội vụ', to: 'Sở Nội vụ mới' },
          { field: 'parent', from: 'MH', to: 'MH-SNV-VP' },
        ],
      },
    ])
    expect(await apply(swapped)).toEqual(counts({ changed: 2 }))
    const moved = await createAgencyStore(db).findByCode('MH-SNV')
    const path = await createAgencyStore(db).pathOf(moved?.id ?? '')
    expect(path.map(({ code }) => code)).toEqual(['MH', 'MH-SNV-VP', 'MH-SNV'])
  })

  it.each<[string, Row[], string[][]]>([
    ['an office above that does not exist', [{ ...office, parent: 'MH-X' }], [['parent-missing']]],
    [
      'a circle',
      [department, { ...office, code: 'A', parent: 'B' }, { ...office, code: 'B', parent: 'A' }],
      [[], ['above-itself'], ['above-itself']],
    ],
    ['an office above itself', [{ ...office, parent: 'MH-SNV-VP' }], [['above-itself']]],
    [
      'the same code twice',
      [department, department],
      [['duplicate-in-file'], ['duplicate-in-file']],
    ],
    ['a second province', [{ ...province, code: 'MH-2' }], [['second-province']]],
    ['a province below something', [{ ...province, parent: 'MH-SNV' }], [['province-is-root']]],
    [
      'a province that would become an office',
      [{ ...department, code: 'MH', parent: 'MH-SNV' }],
      [['wrong-kind']],
    ],
    ['an office below nothing', [{ ...office, parent: null }], [['value-missing']]],
    ['a kind of its own invention', [{ ...office, kind: 'Vương quốc' }], [['unknown-kind']]],
    ['a code with spaces', [{ ...office, code: 'MH SNV' }], [['code-malformed']]],
    ['a code that is too long', [{ ...office, code: 'M'.repeat(41) }], [['too-long']]],
    ['a name that is too long', [{ ...office, name: 'Văn phòng '.repeat(7) }], [['too-long']]],
    ['a name with a line break', [{ ...office, name: 'Văn\nphòng' }], [['control-characters']]],
    ['no name', [{ ...office, name: null }], [['value-missing']]],
    ['what the reader found', [{ code: 'MH-A', faults: [fault('formula', 'B2')] }], [['formula']]],
    [
      'a circle that a refused row would have opened',
      [
        { ...department, parent: 'MH-A' },
        { code: 'MH-A', name: 'Sở A', kind: 'Sở', parent: 'MH-X' },
      ],
      [['above-itself'], ['parent-missing']],
    ],
    [
      'an office below a refused one',
      [
        { ...office, code: 'A', kind: '?' },
        { ...office, code: 'B', parent: 'A' },
        { ...office, code: 'C', parent: 'B' },
      ],
      [['unknown-kind'], ['parent-refused'], ['parent-refused']],
    ],
  ])('refuses %s', async (_, rows, reasons) => {
    await apply([province, department, { ...office, code: 'MH-A' }])
    expect(reasonsOf(await preview(rows))).toEqual(reasons)
  })

  it('changes nothing when a row is refused, unless told to leave it out', async () => {
    await apply([province])
    const rows = [department, { ...office, parent: 'MH-X' }]
    await expect(apply(rows)).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      facts: { refused: 1 },
    })
    expect(await createAgencyStore(db).list()).toHaveLength(1)
    expect(await apply(rows, true)).toEqual(counts({ new: 1, refused: 1 }))
  })

  it('refuses a list that is longer than any tree of offices', async () => {
    const many = Array.from({ length: maxAgencyRows + 1 }, () => department)
    await expect(preview(many)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
})
