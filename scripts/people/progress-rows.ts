import type { FileRow, RowSource } from '../../src/holders/import/file-row.ts'
import { progressBar } from '../commands/progress-bar.ts'

/**
 * The same rows, with a bar for whoever looks on. An import reads its file several times: the first
 * reading counts the rows, each later one shows how far it is.
 */
export function withProgress<Field extends string>(
  source: RowSource<Field>,
  label: string,
): RowSource<Field> {
  const progress = progressBar(label)
  let total: number | null = null
  async function* counted(): AsyncGenerator<FileRow<Field>> {
    let count = 0
    for await (const row of source.rows()) {
      count += 1
      yield row
    }
    total = count
  }
  async function* shown(expected: number): AsyncGenerator<FileRow<Field>> {
    progress.start(expected)
    try {
      for await (const row of source.rows()) {
        yield row
        progress.advance()
      }
    } finally {
      progress.stop()
    }
  }
  return { rows: () => (total === null ? counted() : shown(total)) }
}
