import { PeopleFileRefused } from './people-file-refused.ts'
import { tableLimits } from './table.ts'
import type { WorkbookParts } from './workbook-parts.ts'
import { readXml } from './xml-events.ts'

/** Kept in memory as a whole: the one part of a workbook that is. */
const sharedStringBytes = 48 * 1024 * 1024

/**
 * The texts that cells refer to by number (ECMA-376 part 1, §18.4.8).
 *
 * @param part - null for a workbook that has none
 */
export async function readSharedStrings(
  parts: WorkbookParts,
  part: string | null,
): Promise<string[]> {
  if (part === null) return []
  const strings: string[] = []
  const collector = createTextCollector()
  await readXml(parts.read(part, sharedStringBytes), {
    open: (tag) => {
      collector.open(tag)
    },
    text: (text) => {
      collector.text(text)
    },
    close: (tag) => {
      collector.close(tag)
      if (tag === 'si') strings.push(collector.take())
    },
  })
  return strings
}

/** Gathers the runs of a rich text: `t` in `si`, `is` or `r`, but not its reading aids (`rPh`). */
export function createTextCollector(): {
  open(tag: string): void
  text(text: string): void
  close(tag: string): void
  take(): string
} {
  let isText = false
  let isReadingAid = false
  let gathered = ''
  return {
    open: (tag) => {
      if (tag === 'rPh') isReadingAid = true
      if (tag === 't') isText = true
    },
    text: (text) => {
      if (isText && !isReadingAid) gathered = appended(gathered, text)
    },
    close: (tag) => {
      if (tag === 'rPh') isReadingAid = false
      if (tag === 't') isText = false
    },
    take: () => {
      const text = unescape(gathered)
      gathered = ''
      return text
    },
  }
}

/** @throws PeopleFileRefused `workbook-damaged` for more than one cell may hold */
export function appended(text: string, more: string): string {
  if (text.length + more.length > tableLimits.cellCharacters)
    throw new PeopleFileRefused('workbook-damaged')
  return text + more
}

/** Characters that XML cannot hold are written `_x000D_` (ECMA-376 part 1, §22.9.2.19). */
function unescape(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}
