import { agencyKinds, type Agency, type AgencyKind } from '../agency.ts'
import type { AgencyField } from './fields.ts'
import {
  isCode,
  lengthFault,
  maxCodeCharacters,
  readFields,
  type FieldReader,
} from './field-texts.ts'
import { fault, type FileRow, type RowFault } from './file-row.ts'

/** What a row wants an agency to be. */
export interface WantedAgency {
  readonly code: string
  readonly name: string
  readonly kind: AgencyKind
  /** null for the province. */
  readonly parentCode: string | null
}

/** One row as far as it can be judged alone; `wanted` is null where anything is wrong with it. */
export interface ReadAgencyRow {
  readonly line: number
  readonly code: string | null
  readonly name: string | null
  readonly wanted: WantedAgency | null
  readonly faults: readonly RowFault[]
}

/** Words for the kinds, without case and marks, as lists have them. */
const kindWords: Readonly<Record<AgencyKind, readonly string[]>> = {
  province: ['province', 'tinh', 'thanh pho truc thuoc trung uong'],
  department: ['department', 'so', 'ban', 'nganh', 'so ban nganh'],
  district: ['district', 'huyen', 'quan', 'thi xa', 'thanh pho'],
  commune: ['commune', 'ward', 'xa', 'phuong', 'thi tran', 'dac khu', 'xa phuong'],
  office: ['office', 'van phong', 'phong', 'trung tam', 'chi cuc', 'don vi'],
}

export function readAgencyRow(row: FileRow<AgencyField>): ReadAgencyRow {
  const fields = readFields(row)
  const code = readCode(fields, 'code')
  const name = fields.name('name')
  const kind = readKind(fields)
  const parentCode = readCode(fields, 'parent')
  for (const [field, value] of [
    ['code', code],
    ['name', name],
    ['kind', kind],
  ] as const)
    if (value === undefined || value === null) missing(fields, row, field)
  if (kind !== undefined) checkRoot(fields, kind, row.texts.parent)
  const wanted =
    fields.faults.length === 0 && code && name !== undefined && kind !== undefined
      ? { code, name, kind, parentCode: parentCode ?? null }
      : null
  return { line: row.line, code: code ?? null, name: name ?? null, wanted, faults: fields.faults }
}

function readCode(
  fields: FieldReader<AgencyField>,
  field: 'code' | 'parent',
): string | null | undefined {
  const text = fields.text(field)
  if (typeof text !== 'string' || isCode(text)) return text
  fields.refuse(lengthFault(field, text, maxCodeCharacters) ?? fault('code-malformed', field, text))
  return undefined
}

function readKind(fields: FieldReader<AgencyField>): AgencyKind | undefined {
  const text = fields.text('kind')
  if (typeof text !== 'string') return undefined
  const kind = agencyKinds.find((one) => kindWords[one].includes(withoutMarks(text)))
  if (kind === undefined) fields.refuse(fault('unknown-kind', 'kind', text))
  return kind
}

function withoutMarks(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
}

/** Said only where the field itself is empty: another fault has been named already. */
function missing(
  fields: FieldReader<AgencyField>,
  { texts, faults }: FileRow<AgencyField>,
  field: 'code' | 'name' | 'kind',
): void {
  if (typeof texts[field] !== 'string' && faults.length === 0)
    fields.refuse(fault('value-missing', field))
}

/** The province stands above everything, and everything else below something. */
function checkRoot(
  fields: FieldReader<AgencyField>,
  kind: AgencyKind,
  parent: string | null | undefined,
): void {
  const hasParent = typeof parent === 'string'
  if (kind === 'province' && hasParent) fields.refuse(fault('province-is-root', 'parent', parent))
  if (kind !== 'province' && !hasParent) fields.refuse(fault('value-missing', 'parent'))
}

/** What a row would change about an agency that exists. */
export function agencyChanges(
  { name, kind, parentCode }: WantedAgency,
  known: Pick<Agency, 'name' | 'kind'> & { readonly parentCode: string | null },
): { field: string; from: string | null; to: string | null }[] {
  const pairs = [
    { field: 'name', from: known.name, to: name },
    { field: 'kind', from: known.kind, to: kind },
    { field: 'parent', from: known.parentCode, to: parentCode },
  ]
  return pairs.filter(({ from, to }) => from !== to)
}
