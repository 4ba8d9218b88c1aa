import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import writeXlsxFile from 'write-excel-file/node'
import { neutralised } from './csv-safety.ts'
import { PeopleFileRefused } from './people-file-refused.ts'
import { tableLimits } from './table.ts'

/** Lists of people are for the person who asked; nothing that is there is written over. */
const newFile = { flag: 'wx', mode: 0o600 } as const

/**
 * Writes a table as a new file, in Excel where its name ends in `.xlsx` and else in CSV with the
 * byte order mark that Excel needs; or as CSV to standard output.
 *
 * @param path - null for standard output
 * @returns how many rows below the header
 * @throws PeopleFileRefused `output-exists`, `too-many-rows`
 */
export async function writeTable(
  path: string | null,
  header: readonly string[],
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): Promise<number> {
  const counted = countRows(rows)
  try {
    if (path?.toLowerCase().endsWith('.xlsx') === true) await writeWorkbook(path, header, counted)
    else await writeCsv(path, header, counted)
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw isThere ? new PeopleFileRefused('output-exists', { path }, { cause: error }) : error
  }
  return counted.count()
}

interface CountedRows extends AsyncIterable<readonly string[]> {
  count(): number
}

function countRows(
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): CountedRows {
  let count = 0
  return {
    count: () => count,
    async *[Symbol.asyncIterator]() {
      for await (const row of rows) {
        count += 1
        yield row
      }
    },
  }
}

async function writeCsv(
  path: string | null,
  header: readonly string[],
  rows: CountedRows,
): Promise<void> {
  const csv = stringify({ bom: path !== null, record_delimiter: 'windows' })
  const lines = Readable.from(safeRows(header, rows))
  if (path === null) await pipeline(lines, csv, process.stdout, { end: false })
  else
    await pipeline(lines, csv, createWriteStream(path, { flags: newFile.flag, mode: newFile.mode }))
}

async function* safeRows(
  header: readonly string[],
  rows: CountedRows,
): AsyncGenerator<readonly string[]> {
  yield header
  for await (const row of rows) yield row.map(neutralised)
}

async function writeWorkbook(
  path: string,
  header: readonly string[],
  rows: CountedRows,
): Promise<void> {
  const cells = [header.map((value) => ({ value, fontWeight: 'bold' as const }))] as SheetRows
  for await (const row of rows) {
    cells.push(row.map((text) => (text === '' ? null : { value: neutralised(text), type: String })))
    if (cells.length > tableLimits.rows)
      throw new PeopleFileRefused('too-many-rows', { limit: tableLimits.rows })
  }
  const columns = header.map(() => ({ width: 24 }))
  await writeFile(path, await writeXlsxFile(cells, { columns }).toBuffer(), newFile)
}

type SheetRows = ({ value: string; type?: StringConstructor; fontWeight?: 'bold' } | null)[][]
