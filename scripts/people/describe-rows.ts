import type { FieldChange, JudgedRow, RowFault } from '../../src/holders/import/file-row.ts'
import type { PeopleWords } from '../words/people-words.ts'

/** One row as people read it in the preview. */
export function describeRow(row: JudgedRow, words: PeopleWords): string {
  const { line, outcome, key, name } = row
  const width = Math.max(...Object.values(words.outcomes).map((word) => word.length))
  const parts = [
    `${words.line} ${String(line).padEnd(5)}`,
    words.outcomes[outcome].padEnd(width),
    key ?? '',
    name ?? '',
    describeDetails(row, words),
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** What changes, or why the row is refused. */
export function describeDetails({ changes, faults }: JudgedRow, words: PeopleWords): string {
  return [
    ...changes.map((change) => describeChange(change, words)),
    ...faults.map((one) => describeFault(one, words)),
  ].join('; ')
}

function describeChange({ field, from, to }: FieldChange, words: PeopleWords): string {
  return `${fieldName(field, words)}: ${from ?? words.none} -> ${to ?? words.none}`
}

function describeFault(one: RowFault, words: PeopleWords): string {
  return words.rowFaults[one.reason]({
    ...one,
    at: one.at === null ? null : fieldName(one.at, words),
  })
}

/** Cells keep their names: `C7`. */
function fieldName(field: string, words: PeopleWords): string {
  const names: Readonly<Record<string, string>> = words.fields
  return names[field] ?? field
}
