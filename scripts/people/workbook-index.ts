import { posix } from 'node:path'
import { PeopleFileRefused } from './people-file-refused.ts'
import type { WorkbookParts } from './workbook-parts.ts'
import { readXml } from './xml-events.ts'

/** Where things are in a workbook (ECMA-376 part 1, §18.2). */
export interface WorkbookIndex {
  /** Visible sheets with something in them, in the order of their tabs. */
  readonly sheets: readonly SheetEntry[]
  /** The part with the texts that cells share; null where there is none. */
  readonly sharedStrings: string | null
}

export interface SheetEntry {
  readonly name: string
  readonly part: string
}

interface Relationship {
  readonly id: string
  /** The last word of its type: `worksheet`, `sharedStrings`. */
  readonly type: string
  readonly target: string
}

const indexBytes = 4 * 1024 * 1024

/** @throws PeopleFileRefused `not-a-workbook`, `workbook-damaged` */
export async function readIndex(parts: WorkbookParts): Promise<WorkbookIndex> {
  const root = await relationshipsOf(parts, '')
  const workbook = root.find(({ type }) => type === 'officeDocument')?.target
  if (workbook === undefined || !parts.has(workbook)) throw new PeopleFileRefused('not-a-workbook')
  const relationships = await relationshipsOf(parts, workbook)
  const sheets = (await listSheets(parts, workbook)).flatMap(({ name, id }) => {
    const part = relationships.find((one) => one.id === id && one.type === 'worksheet')?.target
    return part === undefined ? [] : [{ name, part }]
  })
  if (sheets.length === 0) throw new PeopleFileRefused('not-a-workbook')
  const shared = relationships.find(({ type }) => type === 'sharedStrings')?.target
  return { sheets, sharedStrings: shared !== undefined && parts.has(shared) ? shared : null }
}

/** @param part - '' for the package itself */
async function relationshipsOf(parts: WorkbookParts, part: string): Promise<Relationship[]> {
  const folder = posix.dirname(part)
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
  if (!parts.has(name)) throw new PeopleFileRefused('not-a-workbook')
  const found: Relationship[] = []
  await readXml(parts.read(name, indexBytes), {
    open: (tag, { Id: id = '', Type: type = '', Target: target = '' }) => {
      if (tag !== 'Relationship') return
      const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target)
      found.push({ id, type: posix.basename(type), target: path })
    },
  })
  return found
}

async function listSheets(
  parts: WorkbookParts,
  workbook: string,
): Promise<{ name: string; id: string }[]> {
  const found: { name: string; id: string }[] = []
  await readXml(parts.read(workbook, indexBytes), {
    open: (tag, attributes) => {
      if (tag !== 'sheet' || (attributes['state'] ?? 'visible') !== 'visible') return
      const id = Object.entries(attributes).find(([name]) => /(^|:)id$/.test(name))?.[1]
      found.push({ name: (attributes['name'] ?? '').normalize('NFC'), id: id ?? '' })
    },
  })
  return found
}
