import { PeopleFileRefused } from './people-file-refused.ts'
import { appended, createTextCollector } from './shared-strings.ts'
import { columnOf, tableLimits, type Cell, type TableRow } from './table.ts'
import type { XmlReader } from './xml-events.ts'

/** Reads a sheet (ECMA-376 part 1, §18.3) and gathers its rows and merged ranges as they come. */
export interface SheetReader extends XmlReader {
  /** The rows since the last call. */
  takeRows(): TableRow[]
  /** Such as `B5:B7`; complete when the sheet has been read to its end. */
  readonly merges: readonly string[]
}

interface OpenCell {
  readonly column: number
  readonly type: string
  hasFormula: boolean
  value: string
}

export function createSheetReader(sharedStrings: readonly string[]): SheetReader {
  const merges: string[] = []
  const inline = createTextCollector()
  let rows: TableRow[] = []
  let line = 0
  let cells: (Cell | undefined)[] = []
  let lastColumn = -1
  let cell: OpenCell | null = null
  let isValue = false

  const openCell = ({ r: reference = '', t: type = 'n' }: Readonly<Record<string, string>>) => {
    lastColumn = reference === '' ? lastColumn + 1 : columnOf(reference)
    cell = { column: lastColumn, type, hasFormula: false, value: '' }
  }
  const closeCell = (): void => {
    if (cell === null) return
    const text = cell.type === 'inlineStr' ? inline.take() : cell.value
    if (cell.column >= 0 && cell.column < tableLimits.columns)
      cells[cell.column] = toCell(cell, text, sharedStrings)
    cell = null
  }
  const openers: Readonly<Record<string, (attributes: Readonly<Record<string, string>>) => void>> =
    {
      row: ({ r: number }) => {
        line = number === undefined ? line + 1 : Number(number)
        if (!Number.isSafeInteger(line)) throw new PeopleFileRefused('workbook-damaged')
        cells = []
        lastColumn = -1
      },
      c: openCell,
      f: () => {
        if (cell !== null) cell.hasFormula = true
      },
      v: () => {
        isValue = true
      },
      mergeCell: ({ ref = '' }) => {
        merges.push(ref)
        if (merges.length > tableLimits.merges) throw new PeopleFileRefused('too-many-merges')
      },
    }
  const closers: Readonly<Record<string, () => void>> = {
    v: () => {
      isValue = false
    },
    c: closeCell,
    row: () => {
      if (cells.some((one) => one !== undefined)) rows.push({ line, cells })
    },
  }
  return {
    merges,
    takeRows: () => {
      const taken = rows
      rows = []
      return taken
    },
    open: (tag, attributes) => {
      openers[tag]?.(attributes)
      if (cell?.type === 'inlineStr') inline.open(tag)
    },
    text: (text) => {
      if (isValue && cell !== null) cell.value = appended(cell.value, text)
      inline.text(text)
    },
    close: (tag) => {
      inline.close(tag)
      closers[tag]?.()
    },
  }
}

/** By the type of the cell (ECMA-376 part 1, §18.18.11). */
function toCell(
  { type, hasFormula, value }: OpenCell,
  text: string,
  sharedStrings: readonly string[],
): Cell | undefined {
  if (hasFormula) return { text, fault: 'formula', isNumber: false }
  switch (type) {
    case 's':
      return textCell(sharedStrings[Number(value)])
    case 'inlineStr':
    case 'str':
    case 'd':
      return textCell(text)
    case 'n':
      return value === '' ? undefined : { text: decimal(value), fault: null, isNumber: true }
    case 'b':
      return textCell(value === '1' ? 'TRUE' : 'FALSE')
    default:
      return { text, fault: 'broken-cell', isNumber: false }
  }
}

function textCell(text: string | undefined): Cell {
  if (text === undefined) throw new PeopleFileRefused('workbook-damaged')
  return { text, fault: null, isNumber: false }
}

/** Writers may put 190000000102 as 1.90000000102E11. */
function decimal(value: string): string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? String(number) : value
}
