import { mkdir } from 'node:fs/promises'
import type { Command } from 'commander'
import { countItems, listItems, type LoadedBatch } from '../../../src/batches/batch-store.ts'
import { BatchRefused } from '../../../src/batches/batch-refused.ts'
import { AppError, InputInvalid } from '../../../src/errors.ts'
import { batchWords, inBatchWords } from '../../batch/batch-language.ts'
import { TerminalDeskRefused } from '../../../src/terminals/desk-refused.ts'
import { ownRunner } from '../../batch/dead-runners.ts'
import { say } from '../../batch/desk-teller.ts'
import { runBatch, type RunResult } from '../../batch/run-batch.ts'
import { askedPins } from '../../desk/ask-pin.ts'
import { openQueueDesk, type QueueDesk } from '../../desk/queue-desk.ts'
import { openTerminalDesk } from '../../desk/terminal-desk.ts'
import { terminalQueueDesk } from '../../desk/terminal-queue-desk.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { stoppingByItself } from '../../program/interruption.ts'
import { cardWords } from '../../words/card-words.ts'
import { languageOf } from '../../words/language.ts'
import { terminalWords } from '../../words/terminal-words.ts'
import { actingOperator } from '../acting-operator.ts'
import { confirmed } from '../confirm.ts'
import { issuingParts } from '../issue-parts.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { createOutput, type Output } from '../output.ts'
import { progressBar } from '../progress-bar.ts'
import { inCardWords } from '../with-desk.ts'
import { batchOf, scopeOf } from './batch-scope.ts'

interface RunOptions {
  readonly reader?: readonly string[]
  readonly terminal?: readonly string[]
  readonly pinSlips?: string
  readonly apply?: boolean
  readonly json?: boolean
}

/** A desk that says nothing for so long is taken for dead, and its request goes to another one. */
const leaseSeconds = 30

export function addRun(batch: Command): void {
  const { help } = batchWords()
  const collect = (name: string, before: readonly string[] = []) => [...before, name]
  batch
    .command('run')
    .description(help.run)
    .argument('<batch-id>', help.options.batchId)
    .option('--reader <name>', help.options.readers, collect)
    .option('--terminal <id-or-name>', help.options.terminals, collect)
    .option('--pin-slips <folder>', help.options.slips)
    .option('--apply', ecardWords().applyOption)
    .option('--json', ecardWords().jsonOption)
    .addHelpText('after', help.runNotes)
    .action((id: string, options: RunOptions) =>
      inDeskWords(() => withAuthorities((parts) => run(parts, id, options))),
    )
}

async function run(parts: OpenAuthorities, id: string, options: RunOptions): Promise<void> {
  const words = batchWords()
  const output = createOutput(options)
  const { readers, terminals } = desksOf(options)
  const batch = await batchOf(parts.db, id)
  if (batch.cancelledAt !== null) throw new BatchRefused('cancelled')
  const open = (await listItems(parts.db, id)).filter(
    ({ state }) => state === 'waiting' || state === 'running',
  )
  await actingOperator(parts, 'card.issue', scopeOf(open))
  checkPins(open, options)
  output.say(words.wouldRun(open.length, [...readers, ...terminals].join(', ')))
  if (!(await confirmed(options))) {
    output.say(words.dryRun)
    output.tell({ applied: false, batchId: id, open: open.length })
    return
  }
  const result = await stoppingByItself((signal) => work(parts, batch, { options, signal }))
  await tellResult(parts, batch, { result, output })
}

interface DeskNames {
  readonly readers: readonly string[]
  readonly terminals: readonly string[]
}

function desksOf({ reader = [], terminal = [] }: RunOptions): DeskNames {
  if (reader.length + terminal.length === 0)
    throw new InputInvalid(batchWords().noReader, { field: 'reader' })
  return { readers: [...new Set(reader)], terminals: [...new Set(terminal)] }
}

function checkPins(
  items: readonly { readonly pin: string }[],
  { pinSlips, reader = [], terminal = [] }: RunOptions,
): void {
  const { slipsNeedFolder, oneSlipDesk } = batchWords()
  if (terminal.length > 0 && items.some(({ pin }) => pin === 'slip'))
    throw new TerminalDeskRefused('slip-is-here')
  if (pinSlips === undefined && items.some(({ pin }) => pin === 'slip'))
    throw new InputInvalid(slipsNeedFolder, { field: 'pin-slips' })
  if (reader.length > 1 && items.some(({ pin }) => pin === 'ask'))
    throw new InputInvalid(oneSlipDesk, { field: 'reader' })
}

interface Running {
  readonly options: RunOptions
  readonly signal: AbortSignal
}

async function work(
  parts: OpenAuthorities,
  batch: LoadedBatch,
  { options, signal }: Running,
): Promise<RunResult> {
  const { pinSlips } = options
  if (pinSlips !== undefined) await mkdir(pinSlips, { recursive: true, mode: 0o700 })
  const language = languageOf(process.env)
  const deps = await issuingParts(parts)
  const counts = await countItems(parts.db, batch.id)
  const progress = progressBar(batchWords().label)
  const desks: QueueDesk[] = []
  signal.addEventListener('abort', () => {
    say(batchWords().stopping)
  })
  try {
    const { readers, terminals } = desksOf(options)
    for (const reader of readers) desks.push(await openQueueDesk(reader))
    for (const terminal of terminals) desks.push(await openAtTerminal(parts, terminal))
    const total = Object.values(counts).reduce((sum, count) => sum + count)
    progress.start(total, total - counts.waiting - counts.running)
    return await runBatch(deps, {
      ...{ batch, desks, runner: ownRunner(), leaseSeconds, signal, progress },
      ...{ operator: parts.config.operator, slipFolder: pinSlips ?? null },
      askedPins: askedPins(language),
      actorFor: async ({ holderId }) =>
        (await actingOperator(parts, 'card.issue', { kind: 'holder', holderId })).actor,
    })
  } finally {
    progress.stop()
    for (const desk of desks) await desk.close()
  }
}

async function openAtTerminal(
  { db, random }: OpenAuthorities,
  terminal: string,
): Promise<QueueDesk> {
  const language = languageOf(process.env)
  const place = { db, random, terminal, reader: null, trace: null, language }
  const { atTerminal } = terminalWords()
  const onOpening = ({ name, number }: { readonly name: string; readonly number: string }) => {
    say(atTerminal(name, number))
  }
  return terminalQueueDesk({
    desk: await openTerminalDesk({ ...place, purpose: 'issue', onOpening }),
    watch: await openTerminalDesk({ ...place, purpose: 'read' }),
  })
}

async function tellResult(
  { db }: OpenAuthorities,
  { id }: LoadedBatch,
  { result, output }: { readonly result: RunResult; readonly output: Output },
): Promise<void> {
  const words = batchWords()
  const stopped = result.desks.filter(({ error }) => error !== null)
  const reasons: { desk: string; code: string }[] = []
  for (const { desk, error } of stopped) {
    // What is no refusal is a fault of the program: it is told like every other.
    if (!(error instanceof AppError)) throw error
    const told = await inOwnWords(error)
    say(words.deskStopped(desk, `${told.code}: ${told.message}`))
    reasons.push({ desk, code: told.code })
  }
  const counts = await countItems(db, id)
  output.say(words.ran(counts))
  if (counts.waiting > 0) output.say(words.goOnWith(id))
  const made = result.made.map(({ item, outcome }) => ({ number: item.number, ...outcome }))
  output.tell({ applied: true, batchId: id, made, counts, stopped: reasons })
  const hasFailed = result.made.some(({ outcome }) => outcome.state === 'failed')
  if (hasFailed || stopped.length > 0) process.exitCode = 1
}

/** The error, with the sentence of whoever asked. */
function inOwnWords(error: AppError): Promise<AppError> {
  return inDeskWords(() => Promise.reject(error)).catch((told: unknown) =>
    told instanceof AppError ? told : error,
  )
}

function inDeskWords<T>(work: () => Promise<T>): Promise<T> {
  return inBatchWords(() => inCardWords(cardWords(languageOf(process.env)), work))
}
