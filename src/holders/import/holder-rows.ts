import type { HolderType } from '../holder.ts'
import { isNationalNumber } from '../national-number.ts'
import { parseTaxCode } from '../tax-code.ts'
import type { HolderField } from './fields.ts'
import {
  lengthFault,
  maxNameCharacters,
  readFields,
  splitList,
  type FieldReader,
} from './field-texts.ts'
import { fault, type FileRow, type RowFault } from './file-row.ts'

/** What a row wants a holder to be; undefined where it says nothing. */
export interface WantedHolder {
  readonly type: HolderType
  /** National number or tax code. */
  readonly number: string
  readonly displayName: string
  readonly email: string | null | undefined
  /** All the offices that the person shall belong to. */
  readonly agencies: readonly WantedPost[] | undefined
  /** Instead of `agencies`, where the file has a name alone. */
  readonly agencyName: string | undefined
  /** All the organisations, by tax code, that the person shall act for. */
  readonly organisations: readonly WantedPost[] | undefined
}

export interface WantedPost {
  /** Of the agency its code, of the organisation its tax code. */
  readonly code: string
  readonly position: string | undefined
}

/** One row as far as it can be judged alone; `wanted` is null where anything is wrong with it. */
export interface ReadHolderRow {
  readonly line: number
  readonly type: HolderType | null
  readonly number: string | null
  readonly name: string | null
  readonly wanted: WantedHolder | null
  readonly faults: readonly RowFault[]
}

type Fields = FieldReader<HolderField>

const typeWords: Readonly<Record<HolderType, readonly string[]>> = {
  person: ['person', 'cá nhân', 'cán bộ', 'công chức', 'công dân', 'người'],
  organisation: ['organisation', 'organization', 'tổ chức', 'doanh nghiệp'],
}

export function readHolderRow(row: FileRow<HolderField>): ReadHolderRow {
  const fields = readFields(row)
  const type = readType(fields, row)
  const number = type === null ? undefined : readNumber(fields, row, type)
  const name = readName(fields, row, type)
  const rest = readRest(fields, type)
  const isWhole = fields.faults.length === 0 && type !== null
  const wanted =
    isWhole && number !== undefined && name !== undefined
      ? { type, number, displayName: name, ...rest }
      : null
  return {
    line: row.line,
    type,
    number: number ?? null,
    name: name ?? null,
    wanted,
    faults: fields.faults,
  }
}

/** As the row says, else by which number it has; null where neither tells. */
function readType(fields: Fields, { texts }: FileRow<HolderField>): HolderType | null {
  const word = fields.text('type')?.toLowerCase() ?? null
  if (word === null)
    return texts.nationalNumber == null && texts.taxCode != null ? 'organisation' : 'person'
  const types = ['person', 'organisation'] as const
  const type = types.find((one) => typeWords[one].includes(word)) ?? null
  if (type === null) fields.refuse(fault('unknown-kind', 'type', word))
  if (type === 'organisation' && typeof texts.nationalNumber === 'string')
    fields.refuse(fault('wrong-kind', 'nationalNumber', texts.nationalNumber))
  return type
}

function readNumber(
  fields: Fields,
  row: FileRow<HolderField>,
  type: HolderType,
): string | undefined {
  const field = type === 'person' ? 'nationalNumber' : 'taxCode'
  const text = fields.text(field)
  if (typeof text !== 'string') {
    // A cell that could not be read has been named already.
    if (row.faults.length === 0 && fields.faults.length === 0)
      fields.refuse(fault('value-missing', field))
    return undefined
  }
  if (type === 'organisation') return readTaxCode(fields, text)
  const number = text.replaceAll(' ', '')
  if (isNationalNumber(number)) return number
  fields.refuse(fault('national-number-malformed', field, text))
  return undefined
}

function readTaxCode(fields: Fields, text: string): string | undefined {
  const parsed = parseTaxCode(text.replaceAll(' ', ''))
  if ('taxCode' in parsed) return parsed.taxCode
  fields.refuse(fault(parsed.fault, 'taxCode', text))
  return undefined
}

function readName(
  fields: Fields,
  row: FileRow<HolderField>,
  type: HolderType | null,
): string | undefined {
  const [own, other] =
    type === 'organisation'
      ? (['organisationName', 'displayName'] as const)
      : (['displayName', null] as const)
  const before = fields.faults.length
  const name = fields.name(own) ?? (other === null ? undefined : fields.name(other))
  if (name === undefined && fields.faults.length === before && row.faults.length === 0)
    fields.refuse(fault('value-missing', own))
  return name
}

function readRest(
  fields: Fields,
  type: HolderType | null,
): Pick<WantedHolder, 'email' | 'agencies' | 'agencyName' | 'organisations'> {
  const email = fields.email('email')
  if (type !== 'person')
    return { email, agencies: undefined, agencyName: undefined, organisations: undefined }
  const taxCodes = readPosts(fields, 'taxCode', 'organisationPosition')
  const organisations = taxCodes?.flatMap((post) => {
    const code = readTaxCode(fields, post.code)
    return code === undefined ? [] : [{ ...post, code }]
  })
  const agencyName = fields.name('agencyName')
  const agencies =
    fields.text('agency') === undefined && agencyName !== undefined
      ? namedPost(fields, agencyName)
      : readPosts(fields, 'agency', 'position')
  return { email, agencies, agencyName, organisations }
}

/** The code is found where the agencies are known. */
function namedPost(fields: Fields, name: string): WantedPost[] {
  return [{ code: name, position: fields.name('position') }]
}

/** `MH-SNV; MH-VP` with `Chuyên viên; Phó phòng`: as many positions as places, or none. */
function readPosts(
  fields: Fields,
  placeField: 'agency' | 'taxCode',
  positionField: 'position' | 'organisationPosition',
): WantedPost[] | undefined {
  const places = fields.text(placeField)
  const positions = fields.text(positionField)
  if (typeof places !== 'string') {
    if (typeof positions === 'string')
      fields.refuse(fault('position-without-office', positionField, positions))
    return places === null ? [] : undefined
  }
  const codes = splitList(places)
  const names = typeof positions === 'string' ? splitList(positions) : []
  checkLists(fields, { codes, names }, { placeField, positionField })
  const spare = positions === null ? '' : undefined
  return codes.map((code, index) => ({ code, position: names[index] ?? spare }))
}

function checkLists(
  fields: Fields,
  { codes, names }: { codes: readonly string[]; names: readonly string[] },
  { placeField, positionField }: { placeField: string; positionField: string },
): void {
  if (names.length > 0 && names.length !== codes.length)
    fields.refuse(fault('list-uneven', positionField, names.join('; ')))
  if (new Set(codes).size < codes.length || codes.includes(''))
    fields.refuse(fault('list-repeats', placeField, codes.join('; ')))
  for (const name of names) {
    const wrong = lengthFault(positionField, name, maxNameCharacters)
    if (wrong !== null) fields.refuse(wrong)
  }
}
