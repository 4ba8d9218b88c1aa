import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, Option } from 'commander'
import { DataFolderUnusable } from '../../../src/errors.ts'
import { walkCertificates, type CertificateRecord } from '../../../src/pki/find-certificates.ts'
import { toPem } from '../../../src/pki/pem.ts'
import { writeTable } from '../../people/write-table.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withRegistry } from '../open-registry.ts'
import { toDays, toFilter, withFilter, type FilterOptions } from './filter.ts'
import { toJson } from './print.ts'
import { certificateWords } from './words.ts'

interface ExportOptions extends FilterOptions {
  readonly format: 'csv' | 'pem'
  readonly out?: string
  readonly json?: boolean
}

export function exportCommand(): Command {
  const { commands, options, exportNotes } = certificateWords()
  const words = ecardWords()
  return withFilter(new Command('export').description(commands.export))
    .option('--expiring <days>', options.expiring, toDays)
    .addOption(
      new Option('--format <format>', options.format).choices(['csv', 'pem']).default('csv'),
    )
    .option('--out <file>', options.outOrStandard)
    .option('--json', words.jsonLinesOption)
    .addHelpText(
      'after',
      `${exportNotes}
${words.examples}
  ecard certificate export --authority citizen --out citizen.csv
  ecard certificate export --expiring 60 --format pem --out expiring.pem`,
    )
    .action(exportAll)
}

async function exportAll(options: ExportOptions): Promise<void> {
  const { out = null } = options
  await withRegistry(async ({ db, clock }) => {
    const records = walkCertificates(db, toFilter(options, clock.now()))
    const count = await write(records, options)
    if (out !== null) console.log(certificateWords().exported(count, out))
  })
}

function write(
  records: AsyncIterable<CertificateRecord>,
  { format, json, out: path }: ExportOptions,
): Promise<number> {
  const out = path ?? null
  if (json === true) return writeText(out, records, (record) => `${toJson(record)}\n`)
  if (format === 'pem') return writeText(out, records, toBlock)
  const headings = columns.map(([heading]) => heading)
  return writeTable(out, headings, rowsOf(records))
}

/** Null where there is no certificate yet. */
function toBlock({ der }: CertificateRecord): string | null {
  return der === null ? null : toPem(der, 'CERTIFICATE')
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
async function writeText(
  path: string | null,
  records: AsyncIterable<CertificateRecord>,
  toText: (record: CertificateRecord) => string | null,
): Promise<number> {
  let count = 0
  async function* texts(): AsyncGenerator<string> {
    for await (const record of records) {
      const one = toText(record)
      if (one === null) continue
      count += 1
      yield one
    }
  }
  const isFile = path !== null
  await pipeline(Readable.from(texts()), isFile ? await newFile(path) : process.stdout, {
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
    throw new DataFolderUnusable(certificateWords().cannotBeMade(path), { path }, cause)
  }
}
