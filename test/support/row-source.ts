import type { FileRow, RowFault, RowSource } from '../../src/holders/import/file-row.ts'

/** A field that is undefined stands for an empty cell. */
export type GivenRow<Field extends string> = Readonly<
  Partial<Record<Field, string | null | undefined>>
> & { readonly faults?: readonly RowFault[] | undefined }

/** Rows as the reader of a file would hand them over: the first stands on line 2. */
export function rowSource<Field extends string>(
  rows: readonly GivenRow<Field>[],
): RowSource<Field> {
  const read = rows.map(({ faults = [], ...fields }, index): FileRow<Field> => {
    const said = Object.entries(fields).filter(([, text]) => text !== undefined)
    return { line: index + 2, texts: Object.fromEntries(said) as FileRow<Field>['texts'], faults }
  })
  return {
    async *rows() {
      for (const row of read) yield await Promise.resolve(row)
    },
  }
}
