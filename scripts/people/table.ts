/** A CSV file or one sheet of a workbook, cell by cell; what the cells mean is not known here. */
export interface Table {
  /** Every row that has a cell, from the first on; the same each time. */
  rows(): AsyncIterable<TableRow>
}

export interface TableRow {
  /** As an editor counts: of the file's lines, or of the sheet's rows. */
  readonly line: number
  /** By column from 0; holes where the file has no cell. */
  readonly cells: readonly (Cell | undefined)[]
}

export interface Cell {
  readonly text: string
  /** Why the text must not be taken for what somebody typed there. */
  readonly fault: CellFault | null
  /** A workbook held it as a number: zeros in front of it are lost. */
  readonly isNumber: boolean
}

export type CellFault = 'formula' | 'merged-cells' | 'broken-cell'

/** What one file may hold: enough for every office of a province, too little to exhaust memory. */
export const tableLimits = {
  fileBytes: 32 * 1024 * 1024,
  rows: 100_000,
  columns: 256,
  /** Of one cell; a spreadsheet's own limit. */
  cellCharacters: 32_767,
  merges: 1_000,
} as const

const columnsOfAlphabet = 26

/** `C7` for the third column of row 7. */
export function cellName(column: number, line: number): string {
  return `${columnName(column)}${line}`
}

export function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % columnsOfAlphabet))
  if (column < columnsOfAlphabet) return letter
  return columnName(Math.floor(column / columnsOfAlphabet) - 1) + letter
}

/** The column of a reference such as `C7` or `$C$7`, from 0; -1 where it names none. */
export function columnOf(reference: string): number {
  const letters = /^\$?([A-Z]{1,3})/.exec(reference)?.[1] ?? ''
  return Array.from(letters).reduce(
    (column, letter) => (column + 1) * columnsOfAlphabet + letter.charCodeAt(0) - 65,
    -1,
  )
}
