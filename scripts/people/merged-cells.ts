import { PeopleFileRefused } from './people-file-refused.ts'
import { columnOf, tableLimits, type Cell, type TableRow } from './table.ts'

interface Range {
  readonly firstColumn: number
  readonly lastColumn: number
  readonly firstLine: number
  readonly lastLine: number
}

/**
 * Marks the cells that belong to merged ranges: one value stands for several rows or columns
 * there, and which of them it means is a guess.
 *
 * @param references - such as `B5:B7`
 */
export function mergedCells(references: readonly string[]): (row: TableRow) => TableRow {
  const ranges = references.map(toRange)
  if (ranges.length === 0) return (row) => row
  return (row) => {
    const here = ranges.filter(
      ({ firstLine, lastLine }) => firstLine <= row.line && row.line <= lastLine,
    )
    return here.length === 0 ? row : mark(row, here)
  }
}

function mark(row: TableRow, ranges: readonly Range[]): TableRow {
  const cells = [...row.cells]
  for (const { firstColumn, lastColumn } of ranges) {
    for (let column = firstColumn; column <= lastColumn; column += 1)
      cells[column] = { ...(cells[column] ?? emptyCell), fault: 'merged-cells' }
  }
  return { ...row, cells }
}

const emptyCell: Cell = { text: '', fault: null, isNumber: false }

function toRange(reference: string): Range {
  const [first = '', last = first] = reference.split(':')
  const range = {
    firstColumn: columnOf(first),
    lastColumn: Math.min(columnOf(last), tableLimits.columns - 1),
    firstLine: lineOf(first),
    lastLine: lineOf(last),
  }
  if (range.firstColumn < 0 || Number.isNaN(range.firstLine + range.lastLine))
    throw new PeopleFileRefused('workbook-damaged')
  return range
}

function lineOf(reference: string): number {
  return Number(/[0-9]+$/.exec(reference)?.[0] ?? Number.NaN)
}
