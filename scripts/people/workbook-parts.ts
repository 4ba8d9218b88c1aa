import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl'
import { AppError } from '../../src/errors.ts'
import { PeopleFileRefused } from './people-file-refused.ts'

/** The parts of a workbook: files in a zip (ECMA-376 part 2). */
export interface WorkbookParts {
  has(name: string): boolean
  /**
   * The part in pieces as they are unpacked.
   *
   * A part that says it is larger than `maxBytes` is refused before it is unpacked, and one that
   * turns out larger than it says while it is, so that no archive unpacks without end.
   *
   * @throws PeopleFileRefused `entry-too-large`, `workbook-damaged`, `encrypted`
   */
  read(name: string, maxBytes: number): AsyncIterable<Buffer>
}

/** Far more than any workbook has. */
const maxParts = 5_000

/** @throws PeopleFileRefused `workbook-damaged` */
export async function openParts(bytes: Buffer): Promise<WorkbookParts> {
  const { zip, entries } = await asDamage(() => readDirectory(bytes))
  return {
    has: (name) => entries.has(name),
    read: (name, maxBytes) => readPart(zip, entries.get(name), { name, maxBytes }),
  }
}

async function readDirectory(
  bytes: Buffer,
): Promise<{ zip: ZipFile; entries: Map<string, Entry> }> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, validateEntrySizes: true })
  if (zip.entryCount > maxParts) throw new PeopleFileRefused('workbook-damaged')
  const entries = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
  return { zip, entries }
}

async function* readPart(
  zip: ZipFile,
  entry: Entry | undefined,
  { name, maxBytes }: { name: string; maxBytes: number },
): AsyncGenerator<Buffer> {
  if (entry === undefined) throw new PeopleFileRefused('workbook-damaged', { part: name })
  if (entry.isEncrypted()) throw new PeopleFileRefused('encrypted', { part: name })
  const { uncompressedSize: bytes } = entry
  if (bytes > maxBytes) throw new PeopleFileRefused('entry-too-large', { part: name, bytes })
  const stream = await asDamage(() => zip.openReadStreamPromise(entry))
  try {
    for await (const chunk of stream) yield chunk as Buffer
  } catch (error) {
    throw toDamage(error)
  } finally {
    stream.destroy()
  }
}

async function asDamage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toDamage(error)
  }
}

/** Whatever zip or XML code finds wrong with its input is damage to us. */
export function toDamage(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : new PeopleFileRefused('workbook-damaged', {}, { cause: error })
}
