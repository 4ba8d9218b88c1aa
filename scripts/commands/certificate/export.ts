import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, Option } from 'commander'
import { DataFolderUnusable } from '../../../src/errors.ts'
import { walkCertificates, type CertificateRecord } from '../../../src/pki/find-certificates.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { writeTable } from '../../people/write-table.ts'
import { withRegistry } from '../open-registry.ts'
import { toDays, toFilter, withFilter, type FilterOptions } from './filter.ts'

interface ExportOptions extends FilterOptions {
  readonly format: 'csv' | 'pem'
  readonly out?: string
}

export function exportCommand(): Command {
  return withFilter(new Command('export').description('write certificates as CSV or PEM'))
    .option('--expiring <days>', 'only active ones that end within so many days', toDays)
    .addOption(
      new Option('--format <format>', 'a table, or the certificates themselves')
        .choices(['csv', 'pem'])
        .default('csv'),
    )
    .option('--out <file>', 'a new file; without this, standard output')
    .addHelpText(
      'after',
      `
Prepared rows have no certificate yet and are in the table alone. Cells that a spreadsheet would run
(they begin with = + - @) get an apostrophe in front.

Example:
  ecard certificate export --authority citizen --out citizen.csv
  ecard certificate export --expiring 60 --format pem --out expiring.pem`,
    )
    .action(exportAll)
}

async function exportAll(options: ExportOptions): Promise<void> {
  const { format, out = null } = options
  await withRegistry(async ({ db, clock }) => {
    const records = walkCertificates(db, toFilter(options, clock.now()))
    const count =
      format === 'csv'
        ? await writeTable(
            out,
            columns.map(([heading]) => heading),
            rowsOf(records),
          )
        : await writePem(out, records)
    if (out !== null) console.log(`${count} certificates, written to ${out}`)
  })
}

const text = (value: string | null | undefined): string => value ?? ''
const time = (value: Date | null): string => value?.toISOString() ?? ''

/** The table, column by column. */
const columns: readonly [heading: string, cell: (record: CertificateRecord) => string][] = [
  ['serial_number', ({ serialNumber }) => serialNumber],
  ['authority', ({ authoritySlug }) => authoritySlug],
  ['status', ({ status }) => status],
  ['status_since', ({ statusSince }) => time(statusSince)],
  ['reason', ({ reason }) => text(reason)],
  ['not_before', ({ notBefore }) => time(notBefore)],
  ['not_after', ({ notAfter }) => time(notAfter)],
  ['subject', ({ subject }) => subject],
  ['card_uuid', ({ cardUuid }) => text(cardUuid)],
  ['slot', ({ slot }) => text(slot)],
  ['card_kind', ({ cardKind }) => text(cardKind)],
  ['holder_id', ({ holderId }) => text(holderId)],
  ['holder_name', ({ holderName }) => text(holderName)],
  ['terminal_id', ({ terminalId }) => text(terminalId)],
  ['terminal_name', ({ terminalName }) => text(terminalName)],
  ['service', ({ service }) => text(service)],
  ['sha256', ({ fingerprint }) => text(fingerprint?.toString('hex'))],
]

async function* rowsOf(records: AsyncIterable<CertificateRecord>): AsyncGenerator<string[]> {
  for await (const record of records) yield columns.map(([, cell]) => cell(record))
}

/** @returns how many */
async function writePem(
  path: string | null,
  records: AsyncIterable<CertificateRecord>,
): Promise<number> {
  let count = 0
  async function* blocks(): AsyncGenerator<string> {
    for await (const { der } of records) {
      if (der === null) continue
      count += 1
      yield toPem(der, 'CERTIFICATE')
    }
  }
  const isFile = path !== null
  await pipeline(Readable.from(blocks()), isFile ? await newFile(path) : process.stdout, {
    end: isFile,
  })
  return count
}

/** Nothing that is there is written over. */
async function newFile(path: string): Promise<Writable> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o640 })
  try {
    await once(file, 'open')
    return file
  } catch (cause) {
    throw new DataFolderUnusable(`${path} cannot be made: is it there already?`, { path }, cause)
  }
}
