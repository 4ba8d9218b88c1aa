/** Columns as wide as their widest cell, two spaces apart, for the terminal and for reports. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) =>
    Math.max(...all.map((cells) => Array.from(cells[column] ?? '').length)),
  )
  return all.map((cells) =>
    cells
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - Array.from(cell).length))
      .join('  ')
      .trimEnd(),
  )
}

export function printTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  for (const line of tableLines(headings, rows)) console.log(line)
}
