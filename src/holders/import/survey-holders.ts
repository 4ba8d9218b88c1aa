import { readHolderRow } from './holder-rows.ts'
import type { HolderField } from './fields.ts'
import type { RowSource } from './file-row.ts'

/** What one row has to know of all the others. */
export interface HolderSurvey {
  /** Lines of every number that more than one row has. */
  readonly repeated: ReadonlyMap<string, readonly number[]>
  /** Tax codes of organisations that the file would bring. */
  readonly organisations: ReadonlySet<string>
}

/** Reads the file once from end to end; keeps numbers only, so memory stays small. */
export async function surveyHolders(source: RowSource<HolderField>): Promise<HolderSurvey> {
  const firstLines = new Map<string, number>()
  const repeated = new Map<string, number[]>()
  const organisations = new Set<string>()
  for await (const row of source.rows()) {
    const { line, type, number, wanted } = readHolderRow(row)
    if (number === null) continue
    const first = firstLines.get(number)
    if (first === undefined) firstLines.set(number, line)
    else repeated.set(number, [...(repeated.get(number) ?? [first]), line])
    if (type === 'organisation' && wanted !== null) organisations.add(number)
  }
  for (const number of repeated.keys()) organisations.delete(number)
  return { repeated, organisations }
}
