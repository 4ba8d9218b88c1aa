/**
 * What imports of agencies and holders work on: rows that somebody else has read from a file, what
 * is wrong with them, and what each would do. Nothing here knows of CSV or Excel.
 */

/** One row of a file, with its cells under the names of our fields. */
export interface FileRow<Field extends string> {
  /** As an editor counts: of the file's lines, or of the sheet's rows. */
  readonly line: number
  /**
   * Only what the row says something about, in Unicode NFC, trimmed and not empty; null says that
   * there shall be no value.
   */
  readonly texts: Readonly<Partial<Record<Field, string | null>>>
  /** What the reader of the file found wrong with its cells. */
  readonly faults: readonly RowFault[]
}

/** A file that can be read from its beginning as often as it takes; it says the same each time. */
export interface RowSource<Field extends string> {
  rows(): AsyncIterable<FileRow<Field>>
}

/** Why a row is refused. Each has a text in every language. */
export const rowFaultReasons = [
  'above-itself',
  'ambiguous-name',
  'broken-cell',
  'code-malformed',
  'control-characters',
  'duplicate-in-file',
  'email-malformed',
  'formula',
  'inactive',
  'list-repeats',
  'list-uneven',
  'lost-zeros',
  'merged-cells',
  'national-number-malformed',
  'outside-area',
  'parent-missing',
  'parent-refused',
  'position-without-office',
  'province-is-root',
  'second-province',
  'tax-code-check-digit',
  'tax-code-malformed',
  'too-long',
  'unknown-agency',
  'unknown-kind',
  'unknown-organisation',
  'value-missing',
  'wrong-kind',
] as const
export type RowFaultReason = (typeof rowFaultReasons)[number]

export interface RowFault {
  readonly reason: RowFaultReason
  /** The field, or the cell as the file names it (`C7`); null for the row as a whole. */
  readonly at: string | null
  /** What was found there, cut short; null where the reason says it all. */
  readonly found: string | null
}

export interface FieldChange {
  readonly field: string
  readonly from: string | null
  readonly to: string | null
}

export const rowOutcomes = ['new', 'changed', 'unchanged', 'refused'] as const
export type RowOutcome = (typeof rowOutcomes)[number]

/** What one row would do, and did. */
export interface JudgedRow {
  readonly line: number
  readonly outcome: RowOutcome
  /** Code, national number or tax code as far as the row has a readable one. */
  readonly key: string | null
  readonly name: string | null
  /** Of a changed row. */
  readonly changes: readonly FieldChange[]
  /** Of a refused row. */
  readonly faults: readonly RowFault[]
}

export type ImportCounts = Readonly<Record<RowOutcome, number>>

/** Who imports, from what, and which rows may stay behind. */
export interface ImportRequest {
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  /** SHA-256 of the file, in hex, kept in the audit. */
  readonly fileSha256: string
  /** Without this, one refused row keeps the whole file from being applied. */
  readonly skipRefused: boolean
}

export function fault(
  reason: RowFaultReason,
  at: string | null = null,
  found: string | null = null,
): RowFault {
  return { reason, at, found: found === null ? null : shortened(found) }
}

/** What a message may quote: one line, not too long. */
function shortened(text: string): string {
  const visible = text.replace(/\p{C}/gu, '\uFFFD')
  return visible.length <= 60 ? visible : `${visible.slice(0, 59)}…`
}

export function refused(
  line: number,
  faults: readonly RowFault[],
  named: { readonly key?: string | null; readonly name?: string | null } = {},
): JudgedRow {
  const { key = null, name = null } = named
  return { line, outcome: 'refused', key, name, changes: [], faults }
}

/** Counts rows as they come. */
export function createTally(): { add(row: JudgedRow): void; counts(): ImportCounts } {
  const counts: Record<RowOutcome, number> = { new: 0, changed: 0, unchanged: 0, refused: 0 }
  return {
    add: ({ outcome }) => {
      counts[outcome] += 1
    },
    counts: () => ({ ...counts }),
  }
}
