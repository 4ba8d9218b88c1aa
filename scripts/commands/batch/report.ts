import type { Command } from 'commander'
import { listItems } from '../../../src/batches/batch-store.ts'
import { batchWords, describeFailure, inBatchWords } from '../../batch/batch-language.ts'
import { writeTable } from '../../people/write-table.ts'
import { printWords } from '../../print/print-language.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withRegistry } from '../open-registry.ts'
import { createOutput } from '../output.ts'
import { batchOf } from './batch-scope.ts'
import { holdersOf } from './list.ts'

interface ReportOptions {
  readonly out: string
  readonly json?: boolean
}

export function addReport(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('report')
    .description(help.report)
    .argument('<batch-id>', help.options.batchId)
    .requiredOption('--out <file>', help.options.reportOut)
    .option('--json', ecardWords().jsonOption)
    .addHelpText(
      'after',
      help.example('ecard batch report 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --out report.csv'),
    )
    .action((id: string, options: ReportOptions) => inBatchWords(() => report(id, options)))
}

async function report(id: string, options: ReportOptions): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  const rows = await withRegistry(async ({ db }) => {
    await batchOf(db, id)
    const items = await listItems(db, id)
    const holders = await holdersOf(
      db,
      items.map(({ holderId }) => holderId),
    )
    return items.map((item) => {
      const { number, kind, state, cardUuid, reason, desk, attempts, endedAt } = item
      const holder = holders.get(item.holderId)
      return [
        ...[String(number), holder?.name ?? '', holder?.number ?? '', printWords().kinds[kind]],
        ...[words.states[state], cardUuid ?? '', reason === null ? '' : describeFailure(reason)],
        ...[desk ?? '', String(attempts), endedAt?.toISOString() ?? ''],
      ]
    })
  })
  await writeTable(options.out, words.reportHeadings, rows)
  output.say(words.reported(rows.length, options.out))
  output.tell({ batchId: id, rows: rows.length, path: options.out })
}
