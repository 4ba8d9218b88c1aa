import { PeopleFileRefused } from './people-file-refused.ts'
import { mergedCells } from './merged-cells.ts'
import { readSharedStrings } from './shared-strings.ts'
import { createSheetReader, type SheetReader } from './sheet-reader.ts'
import { tableLimits, type Table, type TableRow } from './table.ts'
import { readIndex, type SheetEntry } from './workbook-index.ts'
import { openParts, type WorkbookParts } from './workbook-parts.ts'
import { xmlEvents } from './xml-events.ts'

/** Unpacked; a sheet is streamed and never held, so this bounds time rather than memory. */
const sheetBytes = 512 * 1024 * 1024

/**
 * One sheet of an Excel workbook (.xlsx, .xlsm), streamed row by row. Only what is stored is read:
 * nothing is computed, and neither macros nor links are followed.
 *
 * Read by a zip reader and an XML parser rather than by a spreadsheet library: the one that
 * streams loses texts when a workbook's parts come in another order, and the one that is
 * maintained reports neither formulas nor merged cells; neither stops an archive that unpacks
 * without end.
 *
 * @param sheetName - needed where the workbook has several visible sheets
 * @throws PeopleFileRefused
 */
export async function openWorkbook(bytes: Buffer, sheetName: string | null): Promise<Table> {
  const parts = await openParts(bytes)
  const index = await readIndex(parts)
  const sheet = chooseSheet(index.sheets, sheetName)
  const sharedStrings = await readSharedStrings(parts, index.sharedStrings)
  const newReader = (): SheetReader => createSheetReader(sharedStrings)
  // Merged ranges stand behind the rows, so a first reading collects them and proves the sheet.
  const merges = await surveySheet(parts, sheet, newReader())
  return { rows: () => readRows(parts, sheet, { reader: newReader(), merges }) }
}

function chooseSheet(sheets: readonly SheetEntry[], wanted: string | null): SheetEntry {
  const names = sheets.map(({ name }) => name).join(', ')
  if (wanted !== null) {
    const found = sheets.find(({ name }) => name === wanted.normalize('NFC'))
    if (found === undefined) throw new PeopleFileRefused('sheet-unknown', { sheet: wanted, names })
    return found
  }
  const [only, ...others] = sheets
  if (only === undefined || others.length > 0)
    throw new PeopleFileRefused('sheet-choice', { names })
  return only
}

async function surveySheet(
  parts: WorkbookParts,
  sheet: SheetEntry,
  reader: SheetReader,
): Promise<readonly string[]> {
  let count = 0
  for await (const rows of sheetRows(parts, sheet, reader)) {
    count += rows.length
    if (count > tableLimits.rows)
      throw new PeopleFileRefused('too-many-rows', { limit: tableLimits.rows })
  }
  return reader.merges
}

async function* readRows(
  parts: WorkbookParts,
  sheet: SheetEntry,
  { reader, merges }: { reader: SheetReader; merges: readonly string[] },
): AsyncGenerator<TableRow> {
  const marked = mergedCells(merges)
  for await (const rows of sheetRows(parts, sheet, reader)) yield* rows.map(marked)
}

/** The rows of each piece of the sheet as it is unpacked. */
async function* sheetRows(
  parts: WorkbookParts,
  { part }: SheetEntry,
  reader: SheetReader,
): AsyncGenerator<TableRow[]> {
  const events = xmlEvents(parts.read(part, sheetBytes), reader)
  while ((await events.next()).done !== true) yield reader.takeRows()
}
