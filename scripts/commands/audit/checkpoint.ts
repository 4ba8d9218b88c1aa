import type { Command } from 'commander'
import { readChainHealth } from '../../../src/audit/chain-health.ts'
import { readLastCheckpoint } from '../../../src/audit/checkpoint-store.ts'
import { makeCheckpoint, restartChain } from '../../../src/audit/make-checkpoint.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { actingOperator } from '../acting-operator.ts'
import { confirmed } from '../confirm.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { createOutput, type Output } from '../output.ts'
import { writeNewFile } from './files.ts'
import { auditHelp, auditWords } from './words.ts'

interface CheckpointOptions {
  readonly apply?: boolean
  readonly moved?: boolean
  readonly out?: string
  readonly json?: boolean
}

export function addCheckpoint(audit: Command): void {
  const help = auditHelp()
  const words = ecardWords()
  audit
    .command('checkpoint')
    .description(help.checkpoint)
    .option('--out <file>', help.checkpointOut)
    .option('--moved', help.moved)
    .option('--json', words.jsonOption)
    .option('--apply', words.applyOption)
    .addHelpText(
      'after',
      `${help.checkpointNotes}
${words.example}
  ecard audit checkpoint --apply --out kept.jws`,
    )
    .action(checkpoint)
}

async function checkpoint(options: CheckpointOptions): Promise<void> {
  const output = createOutput(options)
  await withAuthorities(async (parts) => {
    await actingOperator(parts, 'audit.checkpoint', { kind: 'province' })
    const told = (await isWanted(parts, options, output))
      ? await apply(parts, options, output)
      : { applied: false }
    const kept = options.out === undefined ? {} : await keep(parts, options.out, output)
    output.tell({ ...told, ...kept })
  })
}

/** Whether to sign: nothing is said beforehand to whoever has said so already. */
async function isWanted(
  parts: OpenAuthorities,
  options: CheckpointOptions,
  output: Output,
): Promise<boolean> {
  if (options.apply === true) return true
  const words = auditWords()
  const { unsigned, waiting } = await readChainHealth(parts)
  output.say(options.moved === true ? words.wouldRestart : words.wouldSign(unsigned + waiting))
  const isYes = await confirmed(options)
  if (!isYes) output.say(words.dryRun)
  return isYes
}

async function apply(
  parts: OpenAuthorities,
  { moved }: CheckpointOptions,
  output: Output,
): Promise<object> {
  const words = auditWords()
  const made = moved === true ? await restartChain(parts) : await makeCheckpoint(parts)
  output.say(made === null ? words.nothingToSign : words.signed(made.number, made.seq, made.hash))
  if (made === null) return { applied: true, checkpoint: null }
  const { number, seq, hash } = made
  return { applied: true, checkpoint: { number, seq, hash } }
}

async function keep(parts: OpenAuthorities, path: string, output: Output): Promise<object> {
  const words = auditWords()
  const last = await readLastCheckpoint(parts.db)
  if (last === null) return {}
  await writeNewFile(path, `${last.jws}\n`, words)
  output.say(words.kept(path))
  return { out: path }
}
