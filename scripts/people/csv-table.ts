import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { PeopleFileRefused } from './people-file-refused.ts'
import { tableLimits, type Cell, type Table, type TableRow } from './table.ts'

const delimiters = [',', ';', '\t'] as const

/**
 * A CSV file in UTF-8, with or without a byte order mark; comma, semicolon or tab, whichever the
 * first line has most of.
 *
 * @throws PeopleFileRefused `utf-16`, `not-utf-8`; while reading `csv-broken`, `too-many-rows`
 */
export function openCsv(bytes: Buffer): Table {
  const text = decode(bytes)
  return { rows: () => readRows(text, delimiterOf(text)) }
}

function decode(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex')
  // Text without the mark has no zero bytes unless every other one is.
  if (mark === 'fffe' || mark === 'feff' || bytes.subarray(0, 1024).includes(0))
    throw new PeopleFileRefused('utf-16')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new PeopleFileRefused('not-utf-8', {}, { cause: error })
  }
}

function delimiterOf(text: string): string {
  const firstLine = /^\s*([^\r\n]*)/.exec(text)?.[1] ?? ''
  const bare = firstLine.replace(/"[^"]*"/g, '')
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}

interface CsvRecord {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

async function* readRows(text: string, delimiter: string): AsyncGenerator<TableRow> {
  const parser = Readable.from(slices(text)).pipe(
    parse({
      delimiter,
      info: true,
      relax_column_count: true,
      max_record_size: tableLimits.columns * tableLimits.cellCharacters,
    }),
  )
  let count = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      if (!record.some((value) => value.trim() !== '')) continue
      count += 1
      if (count > tableLimits.rows) throw tooManyRows()
      yield { line: info.lines - lineBreaksIn(record), cells: record.map(toCell) }
    }
  } catch (error) {
    throw error instanceof CsvError ? brokenCsv(error) : error
  }
}

/** The parser names the line on which a record ends; people look where it begins. */
function lineBreaksIn(record: readonly string[]): number {
  return record.reduce((count, value) => count + value.split(/\r\n|\n|\r/).length - 1, 0)
}

/** A pipe that takes its text in pieces works in bounded steps. */
function* slices(text: string): Generator<string> {
  const size = 64 * 1024
  for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size)
}

/** A spreadsheet that opens the file would compute what begins with `=`. */
function toCell(text: string): Cell {
  const isFormula = text.trimStart().startsWith('=')
  return { text, fault: isFormula ? 'formula' : null, isNumber: false }
}

function tooManyRows(): PeopleFileRefused {
  return new PeopleFileRefused('too-many-rows', { limit: tableLimits.rows })
}

function brokenCsv(error: CsvError): PeopleFileRefused {
  const line: unknown = error['lines']
  return new PeopleFileRefused(
    'csv-broken',
    { line: typeof line === 'number' ? line : null, cause: error.code },
    { cause: error },
  )
}
