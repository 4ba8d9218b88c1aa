import type { AgencyField, HolderField } from '../../src/holders/import/fields.ts'
import { PeopleFileRefused } from './people-file-refused.ts'
import { columnName, type TableRow } from './table.ts'

/** What a list must and may have, and under which headers. */
export interface ListShape<Field extends string> {
  /** Headers known without a mapping; the first of each language is what exports write. */
  readonly headers: Readonly<Record<Field, readonly [vi: string, en: string, ...others: string[]]>>
  /** Of each group, the file has at least one column. */
  readonly needed: readonly (readonly Field[])[]
}

export const agencyShape: ListShape<AgencyField> = {
  headers: {
    code: ['Mã đơn vị', 'Agency code', 'Mã cơ quan', 'Mã', 'Code'],
    name: ['Tên đơn vị', 'Agency name', 'Tên cơ quan', 'Đơn vị', 'Tên', 'Name'],
    kind: ['Loại đơn vị', 'Agency kind', 'Loại cơ quan', 'Cấp', 'Kind'],
    parent: ['Đơn vị cấp trên', 'Parent', 'Mã đơn vị cấp trên', 'Trực thuộc', 'Cấp trên'],
  },
  needed: [['code'], ['name'], ['kind'], ['parent']],
}

export const holderShape: ListShape<HolderField> = {
  headers: {
    type: ['Loại chủ thẻ', 'Holder type', 'Loại', 'Type'],
    nationalNumber: [
      'Số định danh cá nhân',
      'National number',
      'Số CCCD',
      'CCCD',
      'Số căn cước công dân',
      'Số căn cước',
      'Số định danh',
      'Mã định danh',
    ],
    taxCode: ['Mã số thuế', 'Tax code', 'MST', 'Mã số doanh nghiệp'],
    displayName: ['Họ và tên', 'Full name', 'Họ tên', 'Tên', 'Name', 'Họ, chữ đệm và tên'],
    organisationName: ['Tên tổ chức', 'Organisation name', 'Tên doanh nghiệp', 'Organisation'],
    email: ['Thư điện tử', 'E-mail', 'Email', 'Địa chỉ thư điện tử', 'Hộp thư'],
    agency: ['Mã đơn vị', 'Agency code', 'Mã cơ quan'],
    agencyName: ['Tên đơn vị', 'Agency name', 'Đơn vị', 'Đơn vị công tác', 'Cơ quan', 'Agency'],
    position: ['Chức vụ', 'Position', 'Chức danh', 'Vị trí việc làm'],
    organisationPosition: ['Chức vụ tại tổ chức', 'Position at organisation'],
  },
  needed: [
    ['nationalNumber', 'taxCode'],
    ['displayName', 'organisationName'],
  ],
}

/** Which column holds which field, and which columns hold nothing that we know. */
export interface Columns<Field extends string> {
  readonly at: ReadonlyMap<Field, number>
  readonly unknown: readonly string[]
}

/** What `--mapping` says: the header of a column → one of our fields. */
export type Mapping<Field extends string> = ReadonlyMap<string, Field>

/**
 * Finds the columns in what is taken for the header.
 *
 * @throws PeopleFileRefused `columns-missing`, `columns-ambiguous`, `mapping-column-missing`, and
 *   `columns-ambiguous` too where cells of the header are merged or computed
 */
export function bindColumns<Field extends string>(
  header: TableRow,
  shape: ListShape<Field>,
  mapping: Mapping<Field>,
): Columns<Field> {
  const fieldOf = fieldsByHeader(shape, mapping)
  const at = new Map<Field, number>()
  const unknown: string[] = []
  const seen = new Set<string>()
  for (const [column, cell] of header.cells.entries()) {
    const text = cell?.text.trim() ?? ''
    if (text === '') continue
    seen.add(folded(text))
    const field = fieldOf.get(folded(text))
    if (field === undefined) unknown.push(text)
    else if (at.has(field) || cell?.fault !== null) throw ambiguous(text, column)
    else at.set(field, column)
  }
  for (const name of mapping.keys())
    if (!seen.has(folded(name)))
      throw new PeopleFileRefused('mapping-column-missing', { column: name })
  checkNeeded(shape, at)
  return { at, unknown }
}

/** How many of the row's cells are headers that we know. */
export function countHeaders<Field extends string>(
  row: TableRow,
  shape: ListShape<Field>,
  mapping: Mapping<Field>,
): number {
  const fieldOf = fieldsByHeader(shape, mapping)
  return row.cells.filter((cell) => cell !== undefined && fieldOf.has(folded(cell.text))).length
}

function fieldsByHeader<Field extends string>(
  { headers }: ListShape<Field>,
  mapping: Mapping<Field>,
): Map<string, Field> {
  const known = Object.entries<readonly string[]>(headers).flatMap(([field, names]) =>
    names.map((name) => [folded(name), field as Field] as const),
  )
  const mapped = [...mapping].map(([name, field]) => [folded(name), field] as const)
  return new Map([...known, ...mapped])
}

/** As people mean it: without case, marks on letters, and spaces or signs between words. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

function checkNeeded<Field extends string>(
  { headers, needed }: ListShape<Field>,
  at: ReadonlyMap<Field, number>,
): void {
  const missing = needed.filter((group) => !group.some((field) => at.has(field)))
  if (missing.length === 0) return
  const columns = missing.map((group) => group.map((field) => headers[field][0]).join(' / '))
  throw new PeopleFileRefused('columns-missing', { columns: columns.join(', ') })
}

function ambiguous(text: string, column: number): PeopleFileRefused {
  return new PeopleFileRefused('columns-ambiguous', { header: text, column: columnName(column) })
}
