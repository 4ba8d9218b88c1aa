import type { Command } from 'commander'
import {
  listBatches,
  listItems,
  type BatchItem,
  type ItemCounts,
  type LoadedBatch,
} from '../../../src/batches/batch-store.ts'
import { findHoldersById, type BatchHolder } from '../../../src/batches/batch-row-store.ts'
import type { Queryable } from '../../../src/db/pool.ts'
import { batchWords, describeFailure, inBatchWords } from '../../batch/batch-language.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { printWords } from '../../print/print-language.ts'
import { withRegistry } from '../open-registry.ts'
import { createOutput } from '../output.ts'
import { tableLines } from '../print-table.ts'
import { batchOf } from './batch-scope.ts'

interface JsonOption {
  readonly json?: boolean
}

const mostRecent = 50

export function addList(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('list')
    .description(help.list)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', help.example('ecard batch list'))
    .action((options: JsonOption) => inBatchWords(() => list(options)))
}

async function list(options: JsonOption): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  const batches = await withRegistry(({ db }) => listBatches(db, mostRecent))
  const rows = batches.map(({ batch, counts }) => [
    ...[batch.id, batch.loadedAt.toISOString().slice(0, 16)],
    ...[String(sumOf(counts)), String(counts.issued), stateOf(batch, counts)],
  ])
  if (rows.length === 0) output.say(words.none)
  else for (const line of tableLines(words.listHeadings, rows)) output.say(line)
  output.tell(batches.map(({ batch, counts }) => ({ ...asJson(batch), counts })))
}

function sumOf(counts: ItemCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count)
}

function stateOf({ cancelledAt }: LoadedBatch, counts: ItemCounts): string {
  const { states } = batchWords()
  if (cancelledAt !== null) return states.cancelled
  if (counts.running > 0) return states.running
  if (counts.waiting > 0) return states.waiting
  return counts.failed > 0 ? states.failed : states.issued
}

function asJson({ payloadSha256, ...batch }: LoadedBatch) {
  return { ...batch, payloadSha256: payloadSha256.toString('hex') }
}

export function addShow(batch: Command): void {
  const { help } = batchWords()
  batch
    .command('show')
    .description(help.show)
    .argument('<batch-id>', help.options.batchId)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', help.example('ecard batch show 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071'))
    .action((id: string, options: JsonOption) => inBatchWords(() => show(id, options)))
}

async function show(id: string, options: JsonOption): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  await withRegistry(async ({ db }) => {
    const batch = await batchOf(db, id)
    const items = await listItems(db, id)
    const { preparedBy, approvedBy, cancelledAt, cancelReason } = batch
    const signers = [preparedBy, ...(approvedBy === null ? [] : [approvedBy])]
    const holders = await holdersOf(db, [...signers, ...items.map(({ holderId }) => holderId)])
    const nameOf = (holderId: string): string => holders.get(holderId)?.name ?? holderId
    output.say(words.preparedBy(nameOf(preparedBy)))
    if (approvedBy !== null) output.say(words.approvedBy(nameOf(approvedBy)))
    if (cancelledAt !== null)
      output.say(words.cancelledAt(cancelledAt.toISOString().slice(0, 16), cancelReason ?? ''))
    const rows = items.map((item) => itemRow(item, nameOf(item.holderId)))
    for (const line of tableLines(words.itemHeadings, rows)) output.say(line)
    output.tell({ ...asJson(batch), items })
  })
}

function itemRow(item: BatchItem, name: string): string[] {
  const { states, pins } = batchWords()
  const { number, kind, pin, state, cardUuid, reason } = item
  const end = cardUuid ?? (reason === null ? '' : describeFailure(reason))
  return [String(number), name, printWords().kinds[kind], pins[pin], states[state], end]
}

/** By id. */
export async function holdersOf(
  db: Queryable,
  ids: readonly string[],
): Promise<Map<string, BatchHolder>> {
  const found = await findHoldersById(db, [...new Set(ids)])
  return new Map(found.map((holder) => [holder.id, holder]))
}
