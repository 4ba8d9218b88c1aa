import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileRow } from '../../src/holders/import/file-row.ts'
import type { HolderField } from '../../src/holders/import/fields.ts'
import { toCsv } from '../../test/support/people-lists.ts'
import {
  handMadeWorkbook,
  inlineRow,
  textWorkbook,
  zip,
  type HandMadeWorkbook,
} from '../../test/support/workbook.ts'
import { holderShape, type Mapping } from './columns.ts'
import { readMapping } from './mapping.ts'
import { readPeopleFile, type PeopleFile } from './read-people-file.ts'

const header = ['Họ và tên', 'Số CCCD', 'Thư điện tử', 'Mã đơn vị', 'Chức vụ']
const mau = [
  'Nguyễn Văn Mẫu',
  '000085000101',
  'nguyenvanmau@minhhoa.example',
  'MH-VP',
  'Chuyên viên',
]
const mauTexts = {
  displayName: 'Nguyễn Văn Mẫu',
  nationalNumber: '000085000101',
  email: 'nguyenvanmau@minhhoa.example',
  agency: 'MH-VP',
  position: 'Chuyên viên',
}

let folder: string
let count = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-people-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function save(content: string | Buffer): Promise<string> {
  count += 1
  const path = join(folder, `list-${count}`)
  await writeFile(path, content)
  return path
}

interface Given {
  readonly mapping?: Mapping<HolderField>
  readonly sheet?: string
}

async function read(
  content: string | Buffer,
  { mapping = new Map(), sheet }: Given = {},
): Promise<PeopleFile<HolderField>> {
  const path = await save(content)
  return readPeopleFile(path, { shape: holderShape, mapping, sheet: sheet ?? null })
}

async function rowsOf(
  content: string | Buffer,
  given: Given = {},
): Promise<FileRow<HolderField>[]> {
  const rows: FileRow<HolderField>[] = []
  for await (const row of (await read(content, given)).rows()) rows.push(row)
  return rows
}

const refusedFor = (reason: string): object => ({ code: 'PEOPLE_FILE_REFUSED', reason })

/** A sheet with our header on row 1. */
function sheet(rows: string, more: { behind?: string; name?: string } = {}): HandMadeWorkbook {
  return { sheets: [{ name: 'Cán bộ', rows: inlineRow(1, header) + rows, ...more }] }
}

describe('a CSV file', () => {
  it.each([',', ';', '\t'])('is read with %j between its columns', async (delimiter) => {
    expect(await rowsOf(toCsv([header, mau], delimiter))).toEqual([
      { line: 2, texts: mauTexts, faults: [] },
    ])
  })

  it('is read with a byte order mark, in NFD, with old line ends and spaces from copying', async () => {
    const text = `\uFEFF${toCsv([header, mau]).normalize('NFD').replace('Văn'.normalize('NFD'), '\u00A0 Văn')}`
    expect(await rowsOf(text.replaceAll('\r\n', '\n'))).toMatchObject([{ texts: mauTexts }])
  })

  it('knows the headers without case, marks and signs, and in English', async () => {
    const plain = ['HO VA TEN', 'so cccd', 'Thư-điện-tử', 'MÃ ĐƠN VỊ', 'chuc vu']
    expect(await rowsOf(toCsv([plain, mau]))).toMatchObject([{ texts: mauTexts }])
    const english = ['Full name', 'National number', 'E-mail', 'Agency code', 'Position']
    expect(await rowsOf(toCsv([english, mau]))).toMatchObject([{ texts: mauTexts }])
  })

  it('may have a title above its header, empty rows, empty cells and cells that say none', async () => {
    const title = ['DANH SÁCH CÁN BỘ', '', '', '', '']
    const rows = [title, header, ['', ' ', '', '', ''], mau.with(2, '').with(4, '-')]
    const { displayName, nationalNumber, agency } = mauTexts
    expect(await rowsOf(toCsv(rows))).toEqual([
      { line: 4, texts: { displayName, nationalNumber, agency, position: null }, faults: [] },
    ])
  })

  it('counts lines as an editor does, across line breaks in cells', async () => {
    const rows = [header, mau.with(4, 'Chuyên\nviên'), mau]
    expect((await rowsOf(toCsv(rows))).map(({ line }) => line)).toEqual([2, 4])
  })

  it('has its formulas refused, by cell', async () => {
    const rows = [header, mau.with(1, '="000085000101"'), mau.with(0, '=HYPERLINK("http://x")')]
    const faults = (await rowsOf(toCsv(rows))).flatMap((row) => row.faults)
    expect(faults.map(({ reason, at }) => [reason, at])).toEqual([
      ['formula', 'B2'],
      ['formula', 'A3'],
    ])
  })

  it.each([
    ['utf-16', Buffer.from(`\uFEFF${toCsv([header, mau])}`, 'utf16le')],
    ['utf-16', Buffer.from(toCsv([header, mau]), 'utf16le')],
    // "Nguyễn" in windows-1258: the circumflex letter and a combining tilde, a byte each.
    [
      'not-utf-8',
      Buffer.concat([Buffer.from('Ho ten,CCCD\nNguy'), Buffer.from([0xea, 0xde, 0x6e])]),
    ],
    ['csv-broken', Buffer.from(`${header.join(',')}\n"Nguyễn "Văn" Mẫu,000085000101`)],
    ['empty', Buffer.from('')],
    ['columns-missing', Buffer.from('Họ và tên,Ngày sinh\nNguyễn Văn Mẫu,1985')],
    ['columns-missing', Buffer.from('khong\nco')],
    ['columns-ambiguous', Buffer.from('Họ và tên,Số CCCD,CCCD\na,b,c')],
    ['old-workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    [
      'encrypted',
      Buffer.concat([
        Buffer.from('d0cf11e0a1b11ae1', 'hex'),
        Buffer.from('EncryptedPackage', 'utf16le'),
      ]),
    ],
  ])('is refused as %s', async (reason, content) => {
    await expect(rowsOf(content)).rejects.toMatchObject(refusedFor(reason))
  })

  it('is refused when it is too large, has too many rows or is not there', async () => {
    await expect(read(Buffer.alloc(32 * 1024 * 1024 + 1, 'a'))).rejects.toMatchObject(
      refusedFor('file-too-large'),
    )
    const many = `${header.join(',')}\n${`${mau.join(',')}\n`.repeat(100_001)}`
    await expect(rowsOf(many)).rejects.toMatchObject(refusedFor('too-many-rows'))
    const options = { shape: holderShape, mapping: new Map(), sheet: null }
    await expect(readPeopleFile(join(folder, 'none.csv'), options)).rejects.toMatchObject(
      refusedFor('not-readable'),
    )
  })

  it('names the column that is missing, and the ones that mean nothing', async () => {
    const missing = rowsOf('Họ và tên,Ngày sinh\nNguyễn Văn Mẫu,1985')
    await expect(missing).rejects.toMatchObject({
      facts: { columns: 'Số định danh cá nhân / Mã số thuế' },
    })
    const { unknownColumns } = await read(
      toCsv([
        [...header, 'Ngày sinh'],
        [...mau, '1985'],
      ]),
    )
    expect(unknownColumns).toEqual(['Ngày sinh'])
  })
})

describe('a mapping file', () => {
  it('gives columns a meaning that their headers do not have', async () => {
    const path = await save('\uFEFF{"Nhân sự": "displayName", "Mã NS": "nationalNumber"}')
    const mapping = await readMapping(path, holderShape)
    expect(await rowsOf('Nhân sự,MÃ ns\nNguyễn Văn Mẫu,000085000101', { mapping })).toMatchObject([
      { texts: { displayName: 'Nguyễn Văn Mẫu', nationalNumber: '000085000101' } },
    ])
    await expect(rowsOf(toCsv([header, mau]), { mapping })).rejects.toMatchObject(
      refusedFor('mapping-column-missing'),
    )
  })

  it.each([
    '[]',
    '{"Nhân sự": "name-of-nothing"}',
    'not JSON',
    '{"A b": "email", "a  B": "email"}',
  ])('is refused as %j', async (text) => {
    const path = await save(text)
    await expect(readMapping(path, holderShape)).rejects.toMatchObject(
      refusedFor('mapping-invalid'),
    )
  })
})

describe('an Excel workbook', () => {
  it('is read as a library writes it', async () => {
    expect(await rowsOf(await textWorkbook([header, mau]))).toEqual([
      { line: 2, texts: mauTexts, faults: [] },
    ])
  })

  it('may share its texts, behind the sheet that uses them, in runs and with reading aids', async () => {
    const sharedStrings =
      '<si><r><t>Nguyễn </t></r><r><t xml:space="preserve">Văn Mẫu</t></r><rPh><t>no</t></rPh></si>' +
      '<si><t>000085000101</t></si>'
    const rows = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>'
    expect(await rowsOf(handMadeWorkbook({ ...sheet(rows), sharedStrings }))).toEqual([
      {
        line: 2,
        texts: { displayName: 'Nguyễn Văn Mẫu', nationalNumber: '000085000101' },
        faults: [],
      },
    ])
  })

  it('may use prefixes for its elements, and hold numbers in any notation', async () => {
    const part =
      '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>' +
      '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>Họ tên</x:t></x:is></x:c>' +
      '<x:c r="B1" t="inlineStr"><x:is><x:t>CCCD</x:t></x:is></x:c></x:row>' +
      '<x:row r="2"><x:c r="A2" t="str"><x:v>Trần Thị Ví Dụ</x:v></x:c>' +
      '<x:c r="B2"><x:v>1.90000000102E11</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    const parts = { 'xl/worksheets/sheet1.xml': part }
    expect(await rowsOf(handMadeWorkbook({ ...sheet(''), parts }))).toEqual([
      {
        line: 2,
        texts: { displayName: 'Trần Thị Ví Dụ', nationalNumber: '190000000102' },
        faults: [],
      },
    ])
  })

  it('has formulas, error values, merged cells and lost zeros refused, by cell', async () => {
    const rows =
      '<row r="2"><c r="A2"><f>UPPER("a")</f><v>1</v></c><c r="B2"><v>85000101</v></c></row>' +
      '<row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3" t="s"><v>0</v></c></row>' +
      inlineRow(4, mau) +
      inlineRow(5, mau)
    const behind = '<mergeCells count="1"><mergeCell ref="D4:D5"/></mergeCells>'
    const sharedStrings = '<si><t>000085000101</t></si>'
    const read = await rowsOf(handMadeWorkbook({ ...sheet(rows, { behind }), sharedStrings }))
    const faults = read.flatMap(({ faults }) => faults.map(({ reason, at }) => [reason, at]))
    expect(faults).toEqual([
      ['formula', 'A2'],
      ['lost-zeros', 'B2'],
      ['broken-cell', 'A3'],
      ['merged-cells', 'D4'],
      ['merged-cells', 'D5'],
    ])
  })

  it('may have a merged title, but no merged header', async () => {
    const title = inlineRow(1, ['DANH SÁCH']) + inlineRow(2, header) + inlineRow(3, mau)
    const merged = (ref: string): string => `<mergeCells><mergeCell ref="${ref}"/></mergeCells>`
    const book = (ref: string): Buffer =>
      handMadeWorkbook({ sheets: [{ name: 'A', rows: title, behind: merged(ref) }] })
    expect(await rowsOf(book('A1:E1'))).toMatchObject([{ line: 3, texts: mauTexts, faults: [] }])
    await expect(rowsOf(book('B2:C2'))).rejects.toMatchObject(refusedFor('columns-ambiguous'))
  })

  it('needs to be told which of its visible sheets counts', async () => {
    const one = { name: 'Một', rows: inlineRow(1, header) + inlineRow(2, mau) }
    const two = { name: 'Hai', rows: inlineRow(1, header) }
    const hidden = { ...two, name: 'Ẩn', state: 'hidden' } as const
    const both = handMadeWorkbook({ sheets: [one, two] })
    await expect(rowsOf(both)).rejects.toMatchObject({
      ...refusedFor('sheet-choice'),
      facts: { names: 'Một, Hai' },
    })
    await expect(rowsOf(both, { sheet: 'Ba' })).rejects.toMatchObject(refusedFor('sheet-unknown'))
    expect(await rowsOf(both, { sheet: 'Một'.normalize('NFD') })).toHaveLength(1)
    expect(await rowsOf(handMadeWorkbook({ sheets: [one, hidden] }))).toHaveLength(1)
  })

  const good = handMadeWorkbook(sheet(inlineRow(2, mau)))
  const withSheet = (xml: string): Buffer =>
    handMadeWorkbook({ ...sheet(''), parts: { 'xl/worksheets/sheet1.xml': xml } })

  it.each([
    ['workbook-damaged', 'cut short', good.subarray(0, good.length - 40)],
    [
      'workbook-damaged',
      'with XML that does not end',
      withSheet('<worksheet><sheetData><row r="1">'),
    ],
    [
      'workbook-damaged',
      'that declares entities',
      withSheet('<!DOCTYPE w [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>'),
    ],
    [
      'workbook-damaged',
      'whose cells refer to texts that are not there',
      handMadeWorkbook(sheet('<row r="2"><c r="A2" t="s"><v>7</v></c></row>')),
    ],
    [
      'workbook-damaged',
      'without its sheet',
      handMadeWorkbook({ ...sheet(''), parts: { 'xl/worksheets/sheet1.xml': null } }),
    ],
    [
      'not-a-workbook',
      'that is a document',
      handMadeWorkbook({ ...sheet(''), parts: { 'xl/workbook.xml': null } }),
    ],
    ['not-a-workbook', 'that is an archive of something else', zip({ 'hello.txt': 'hello' })],
    ['encrypted', 'whose parts are encrypted', zip({ '_rels/.rels': 'x' }, { isEncrypted: true })],
    [
      'workbook-damaged',
      'that unpacks to more than it says',
      zip({ '_rels/.rels': 'x'.repeat(9_000_000) }, { saidSize: 10 }),
    ],
    ['entry-too-large', 'that unpacks without end', zip({ '_rels/.rels': 'x'.repeat(9_000_000) })],
    [
      'too-many-merges',
      'with thousands of merged cells',
      handMadeWorkbook(
        sheet('', {
          behind: `<mergeCells>${'<mergeCell ref="A3:B3"/>'.repeat(1_001)}</mergeCells>`,
        }),
      ),
    ],
  ])('is refused as %s: one %s', async (reason, _, content) => {
    await expect(rowsOf(content)).rejects.toMatchObject(refusedFor(reason))
  })
})
