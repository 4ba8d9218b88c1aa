import { InvalidArgumentError, type Command } from 'commander'
import { listItems, type BatchItem } from '../../../src/batches/batch-store.ts'
import { cancelBatch, retryItems } from '../../../src/batches/change-batch.ts'
import { batchWords, inBatchWords } from '../../batch/batch-language.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { actingOperator } from '../acting-operator.ts'
import { confirmed } from '../confirm.ts'
import { withRegistry } from '../open-registry.ts'
import { createOutput } from '../output.ts'
import { batchOf, scopeOf } from './batch-scope.ts'

interface ChangeOptions {
  readonly apply?: boolean
  readonly json?: boolean
}

interface RetryOptions extends ChangeOptions {
  readonly item?: number
}

interface CancelOptions extends ChangeOptions {
  readonly reason: string
}

export function addRetry(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('retry')
    .description(help.retry)
    .argument('<batch-id>', help.options.batchId)
    .option('--item <number>', help.options.item, toNumber)
    .option('--apply', ecardWords().applyOption)
    .option('--json', ecardWords().jsonOption)
    .addHelpText(
      'after',
      help.example('ecard batch retry 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --item 7 --apply'),
    )
    .action((id: string, options: RetryOptions) => inBatchWords(() => retry(id, options)))
}

function toNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new InvalidArgumentError(ecardWords().numberFrom(1, 5000))
}

async function retry(id: string, options: RetryOptions): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  const number = options.item ?? null
  await withRegistry(async (registry) => {
    const batch = await batchOf(registry.db, id)
    const items = await listItems(registry.db, id)
    const isMeant = (item: BatchItem) =>
      item.state === 'failed' && (number === null || item.number === number)
    const failed = items.filter(isMeant)
    const { actor } = await actingOperator(registry, 'batch.prepare', scopeOf(items))
    output.say(words.wouldRetry(failed.length))
    if (!(await confirmed(options))) {
      output.say(words.dryRun)
      output.tell({ applied: false, batchId: id, items: failed.map((item) => item.number) })
      return
    }
    const numbers = await retryItems(registry, { batch, number, actor })
    output.say(words.retried(numbers.join(', ')))
    output.tell({ applied: true, batchId: id, items: numbers })
  })
}

export function addCancel(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('cancel')
    .description(help.cancel)
    .argument('<batch-id>', help.options.batchId)
    .requiredOption('--reason <text>', help.options.reason)
    .option('--apply', ecardWords().applyOption)
    .option('--json', ecardWords().jsonOption)
    .addHelpText(
      'after',
      help.example(
        'ecard batch cancel 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071 --reason "wrong list" --apply',
      ),
    )
    .action((id: string, options: CancelOptions) => inBatchWords(() => cancel(id, options)))
}

async function cancel(id: string, options: CancelOptions): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  await withRegistry(async (registry) => {
    await batchOf(registry.db, id)
    const items = await listItems(registry.db, id)
    const waiting = items.filter(({ state }) => state === 'waiting').length
    const { actor } = await actingOperator(registry, 'batch.prepare', scopeOf(items))
    output.say(words.wouldCancel(waiting))
    if (!(await confirmed(options))) {
      output.say(words.dryRun)
      output.tell({ applied: false, batchId: id, waiting })
      return
    }
    const { reason } = options
    const cancelled = await cancelBatch(registry, { batchId: id, actor, reason })
    output.say(words.cancelled(cancelled))
    output.tell({ applied: true, batchId: id, cancelled })
  })
}
