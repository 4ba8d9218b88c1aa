import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import {
  fault,
  type FileRow,
  type RowFault,
  type RowSource,
} from '../../src/holders/import/file-row.ts'
import { bindColumns, countHeaders, type Columns, type ListShape, type Mapping } from './columns.ts'
import { restored } from './csv-safety.ts'
import { openCsv } from './csv-table.ts'
import { PeopleFileRefused } from './people-file-refused.ts'
import { cellName, tableLimits, type Cell, type Table, type TableRow } from './table.ts'
import { openWorkbook } from './workbook-table.ts'

export interface PeopleFile<Field extends string> extends RowSource<Field> {
  /** Of the whole file, in hex. */
  readonly sha256: string
  /** Headers that mean nothing to us; their columns are left out. */
  readonly unknownColumns: readonly string[]
}

export interface ReadOptions<Field extends string> {
  readonly shape: ListShape<Field>
  readonly mapping: Mapping<Field>
  /** Which sheet of a workbook; null where it has one. */
  readonly sheet: string | null
}

/** How far down a header may stand: lists often begin with a title. */
const headerRows = 20

/**
 * Opens a list in CSV or Excel, told apart by what is in it and not by its name.
 *
 * The file is read once, so that every reading of its rows finds the same.
 *
 * @throws PeopleFileRefused
 */
export async function readPeopleFile<Field extends string>(
  path: string,
  options: ReadOptions<Field>,
): Promise<PeopleFile<Field>> {
  const bytes = await readLimited(path)
  const table = await openTable(bytes, options.sheet)
  const header = await findHeader(table, options)
  const columns = bindColumns(header, options.shape, options.mapping)
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    unknownColumns: columns.unknown,
    rows: () => fileRows(table, header.line, columns),
  }
}

async function readLimited(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path)
    if (size > tableLimits.fileBytes)
      throw new PeopleFileRefused('file-too-large', { limit: tableLimits.fileBytes })
    return await readFile(path)
  } catch (error) {
    if (error instanceof PeopleFileRefused) throw error
    throw new PeopleFileRefused('not-readable', { path }, { cause: error })
  }
}

const zipMark = '504b0304'
/** Compound files: workbooks before 2007, and encrypted ones of today (MS-CFB §2.2). */
const compoundMark = 'd0cf11e0'

async function openTable(bytes: Buffer, sheet: string | null): Promise<Table> {
  const mark = bytes.subarray(0, 4).toString('hex')
  if (mark === zipMark) return openWorkbook(bytes, sheet)
  if (mark === compoundMark) {
    const isEncrypted = bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))
    throw new PeopleFileRefused(isEncrypted ? 'encrypted' : 'old-workbook')
  }
  if (sheet !== null) throw new PeopleFileRefused('sheet-unknown', { sheet, names: '' })
  return openCsv(bytes)
}

/** The first row that has two headers or more; where there is none, the first row at all. */
async function findHeader<Field extends string>(
  table: Table,
  { shape, mapping }: ReadOptions<Field>,
): Promise<TableRow> {
  let first: TableRow | null = null
  let count = 0
  for await (const row of table.rows()) {
    first ??= row
    if (countHeaders(row, shape, mapping) >= 2) return row
    count += 1
    if (count === headerRows) break
  }
  if (first === null) throw new PeopleFileRefused('empty')
  return first
}

async function* fileRows<Field extends string>(
  table: Table,
  headerLine: number,
  columns: Columns<Field>,
): AsyncGenerator<FileRow<Field>> {
  for await (const row of table.rows()) {
    if (row.line <= headerLine) continue
    const read = toFileRow(row, columns)
    if (read.faults.length > 0 || Object.keys(read.texts).length > 0) yield read
  }
}

function toFileRow<Field extends string>(
  { line, cells }: TableRow,
  { at }: Columns<Field>,
): FileRow<Field> {
  const texts: Partial<Record<Field, string | null>> = {}
  const faults: RowFault[] = []
  for (const [field, column] of at) {
    const cell = cells[column]
    if (cell === undefined) continue
    const reason = cell.fault ?? (hasLostZeros(field, cell) ? 'lost-zeros' : null)
    if (reason === null) setText(texts, field, cell)
    else faults.push(fault(reason, cellName(column, line), cell.text || null))
  }
  return { line, texts, faults }
}

const digits: Readonly<Record<string, number>> = { nationalNumber: 12, taxCode: 10 }

/** A spreadsheet that takes 000085000101 for a number keeps 85000101. */
function hasLostZeros(field: string, { isNumber, text }: Cell): boolean {
  return isNumber && text.length < (digits[field] ?? 0)
}

/** What says "none": an empty cell says nothing. */
const none = '-'

function setText<Field extends string>(
  texts: Partial<Record<Field, string | null>>,
  field: Field,
  { text }: Cell,
): void {
  // Spaces of every kind come from copying; a line break inside a cell stays and is refused.
  const clean = text
    .normalize('NFC')
    .replace(/[^\S\r\n]+/g, ' ')
    .trim()
  if (clean === none) texts[field] = null
  else if (clean !== '') texts[field] = restored(clean)
}
