import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../../test/support/migrated-database.ts'
import { insertAgency } from '../../../test/support/registry.ts'
import { rowSource, type GivenRow } from '../../../test/support/row-source.ts'
import { createAuditStore } from '../../audit/audit-store.ts'
import type { Database } from '../../db/pool.ts'
import { systemRandom } from '../../random.ts'
import { findWithPosts } from '../holder-list-store.ts'
import { createHolderStore } from '../holder-store.ts'
import type { HolderField } from './fields.ts'
import { createTally, fault, type ImportCounts, type JudgedRow } from './file-row.ts'
import { importHolders, previewHolders } from './import-holders.ts'

type Row = GivenRow<HolderField>

const at = new Date('2026-03-01T07:00:00Z')
const clock = { now: () => at }
const mau: Row = {
  nationalNumber: '000085000101',
  displayName: 'Nguyễn Văn Mẫu',
  email: 'nguyenvanmau@minhhoa.example',
  agency: 'MH-VP',
  position: 'Chuyên viên',
}
const company: Row = { taxCode: '0000000201', organisationName: 'Công ty TNHH Ví Dụ' }
const director: Row = {
  nationalNumber: '000078000103',
  displayName: 'Lê Minh Họa',
  taxCode: '0000000201',
  organisationPosition: 'Giám đốc',
}

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database

beforeEach(async () => {
  database = await migratedTestDatabase()
  db = database.db
  const { id: parentId } = await insertAgency(db, { code: 'MH', name: 'Tỉnh Minh Họa' })
  await insertAgency(db, { code: 'MH-VP', name: 'Văn phòng', parentId })
  await insertAgency(db, { code: 'MH-SNV', name: 'Sở Nội vụ', parentId })
  for (const code of ['MH-P1', 'MH-P2'])
    await insertAgency(db, { code, name: 'Phòng Tổ chức', parentId })
})
afterEach(() => database.drop())

async function preview(rows: readonly Row[]): Promise<JudgedRow[]> {
  const judged: JudgedRow[] = []
  await previewHolders({ db }, rowSource<HolderField>(rows), (row) => judged.push(row))
  return judged
}

function apply(rows: readonly Row[], skipRefused = false): Promise<ImportCounts> {
  const request = { actor: 'ecard', fileSha256: 'ab', skipRefused, onRow: () => undefined }
  return importHolders({ db, clock, random: systemRandom }, rowSource<HolderField>(rows), request)
}

const counts = (given: Partial<ImportCounts>): ImportCounts => {
  return { ...createTally().counts(), ...given }
}

const postsOf = async (number: string): Promise<{ agencies: unknown; organisations: unknown }> => {
  const found = await findWithPosts(db, number)
  const plain = (posts: readonly { code: string; position: string }[] = []): string[] =>
    posts.map(({ code, position }) => `${code}: ${position}`)
  return { agencies: plain(found?.agencies), organisations: plain(found?.organisations) }
}

describe('an import of holders', () => {
  it('says what it would do, and does it with an audit event for each holder', async () => {
    const rows = [director, mau, company]
    expect((await preview(rows)).map(({ outcome, key }) => [outcome, key])).toEqual([
      ['new', '000078000103'],
      ['new', '000085000101'],
      ['new', '0000000201'],
    ])
    expect(await findWithPosts(db, '000085000101')).toBeNull()

    expect(await apply(rows)).toEqual(counts({ new: 3 }))
    const person = await findWithPosts(db, '000085000101')
    const { displayName, email, nationalNumber } = mau
    expect(person?.holder).toMatchObject({ displayName, email, nationalNumber, state: 'active' })
    expect(await postsOf('000085000101')).toMatchObject({ agencies: ['MH-VP: Chuyên viên'] })
    expect(await postsOf('000078000103')).toMatchObject({ organisations: ['0000000201: Giám đốc'] })
    const events = await createAuditStore(db).listRecent({ event: 'holder.added' })
    expect(events).toHaveLength(3)
    expect(events).toContainEqual(
      expect.objectContaining({
        at,
        outcome: 'succeeded',
        actor: 'ecard',
        holderId: person?.holder.id,
        facts: { file: 'ab', line: 3, fields: '' },
      }),
    )
  })

  it('does nothing when the same list comes again', async () => {
    const rows = [mau, company, director]
    await apply(rows)
    expect(await apply(rows)).toEqual(counts({ unchanged: 3 }))
    expect(await createAuditStore(db).listRecent({})).toHaveLength(3)
  })

  it('changes what a row says and leaves what it does not', async () => {
    await apply([mau])
    const { nationalNumber, displayName } = mau
    const plain = { nationalNumber, displayName }
    expect(await preview([plain])).toMatchObject([{ outcome: 'unchanged' }])
    const rows: Row[] = [
      { ...plain, displayName: 'Nguyễn Văn Mẫu Mới', email: null, agency: 'MH-VP; MH-SNV' },
    ]
    expect(await preview(rows)).toMatchObject([
      {
        outcome: 'changed',
        changes: [
          { field: 'displayName', from: 'Nguyễn Văn Mẫu', to: 'Nguyễn Văn Mẫu Mới' },
          { field: 'email', from: 'nguyenvanmau@minhhoa.example', to: null },
          { field: 'agency', from: 'MH-VP (Chuyên viên)', to: 'MH-VP (Chuyên viên); MH-SNV' },
        ],
      },
    ])
    expect(await apply(rows)).toEqual(counts({ changed: 1 }))
    expect((await findWithPosts(db, '000085000101'))?.holder.email).toBeNull()
    expect(await apply(rows)).toEqual(counts({ unchanged: 1 }))
  })

  it('moves a person to the office that the row names, by code or by name', async () => {
    await apply([mau])
    const nowhere = { ...mau, agency: undefined }
    expect(await apply([{ ...nowhere, agencyName: 'sở nội vụ', position: 'Phó phòng' }])).toEqual(
      counts({ changed: 1 }),
    )
    expect(await postsOf('000085000101')).toMatchObject({ agencies: ['MH-SNV: Phó phòng'] })
    await apply([{ ...mau, position: null }])
    expect(await postsOf('000085000101')).toMatchObject({ agencies: ['MH-VP: '] })
    await apply([{ ...nowhere, position: null, agency: null }])
    expect(await postsOf('000085000101')).toMatchObject({ agencies: [] })
  })

  it('takes organisations that the registry has, or that the same file brings', async () => {
    await apply([company])
    expect(await preview([director])).toMatchObject([{ outcome: 'new' }])
    expect(await preview([{ ...director, taxCode: '0000000999' }])).toMatchObject([
      { faults: [{ reason: 'unknown-organisation', at: 'taxCode', found: '0000000999' }] },
    ])
  })

  it.each<[string, Row[], string[][]]>([
    ['an office that does not exist', [{ ...mau, agency: 'MH-X' }], [['unknown-agency']]],
    [
      'an office name that does not exist',
      [{ ...mau, agency: undefined, agencyName: 'Sở X' }],
      [['unknown-agency']],
    ],
    [
      'an office name that several have',
      [{ ...mau, agency: undefined, agencyName: 'Phòng Tổ chức' }],
      [['ambiguous-name']],
    ],
    [
      'the same person twice',
      [mau, { ...mau, email: 'khac@minhhoa.example' }],
      [['duplicate-in-file'], ['duplicate-in-file']],
    ],
    ['eleven digits', [{ ...mau, nationalNumber: '00008500010' }], [['national-number-malformed']]],
    [
      'letters in a national number',
      [{ ...mau, nationalNumber: '00008500010O' }],
      [['national-number-malformed']],
    ],
    ['no number', [{ displayName: 'Lê Minh Họa' }], [['value-missing']]],
    ['no name', [{ nationalNumber: '000085000101' }], [['value-missing']]],
    [
      'a tax code with a wrong check digit',
      [{ ...company, taxCode: '1234567890' }],
      [['tax-code-check-digit']],
    ],
    ['nine digits of tax code', [{ ...company, taxCode: '123456789' }], [['tax-code-malformed']]],
    ['an address without domain', [{ ...mau, email: 'mau@' }], [['email-malformed']]],
    ['a kind of its own invention', [{ ...mau, type: 'Robot' }], [['unknown-kind']]],
    [
      'an organisation with a national number',
      [{ ...mau, ...company, type: 'Tổ chức' }],
      [['wrong-kind']],
    ],
    [
      'a name with an invisible character',
      [{ ...mau, displayName: 'Mẫu\u202Eevil' }],
      [['control-characters']],
    ],
    [
      'a name that no certificate holds',
      [{ ...mau, displayName: 'Mẫu '.repeat(17) }],
      [['too-long']],
    ],
    [
      'a position without office',
      [{ ...director, position: 'Chuyên viên' }],
      [['position-without-office']],
    ],
    [
      'fewer positions than offices',
      [{ ...mau, agency: 'MH-VP; MH-SNV; MH', position: 'a; b' }],
      [['list-uneven']],
    ],
    [
      'an office that stands there twice',
      [{ ...mau, agency: 'MH-VP; MH-VP', position: null }],
      [['list-repeats']],
    ],
    [
      'what the reader found',
      [{ nationalNumber: '000085000101', faults: [fault('merged-cells', 'A2')] }],
      [['merged-cells']],
    ],
  ])('refuses %s', async (_, rows, reasons) => {
    const judged = await preview(rows)
    expect(judged.map(({ faults }) => faults.map(({ reason }) => reason))).toEqual(reasons)
  })

  it('refuses to change a holder who has left, and lets unchanged ones be', async () => {
    await apply([mau])
    const found = await findWithPosts(db, '000085000101')
    await createHolderStore(db).setState(found?.holder.id ?? '', 'inactive', at)
    expect(await preview([mau])).toMatchObject([{ outcome: 'unchanged' }])
    expect(await preview([{ ...mau, email: null }])).toMatchObject([
      { outcome: 'refused', faults: [{ reason: 'inactive' }] },
    ])
  })

  it('changes nothing when a row is refused, unless told to leave it out', async () => {
    const rows = [mau, { ...company, taxCode: '1' }]
    await expect(apply(rows)).rejects.toMatchObject({
      code: 'IMPORT_REFUSED',
      facts: { refused: 1 },
    })
    expect(await findWithPosts(db, '000085000101')).toBeNull()
    expect(await apply(rows, true)).toEqual(counts({ new: 1, refused: 1 }))
    expect(await apply(rows, true)).toEqual(counts({ unchanged: 1, refused: 1 }))
  })

  it('asks the registry a number of questions that does not grow with the rows of a batch', async () => {
    const questions = async (count: number): Promise<number> => {
      let asked = 0
      const counting: Database = {
        ...db,
        query: (...statement) => {
          asked += 1
          return db.query(...statement)
        },
      }
      const rows = Array.from({ length: count }, (_, index): Row => {
        return { ...mau, nationalNumber: `0001${String(index).padStart(8, '0')}` }
      })
      await previewHolders({ db: counting }, rowSource<HolderField>(rows), () => undefined)
      return asked
    }
    expect(await questions(500)).toBe(await questions(2))
  })
})
