import type { Command } from 'commander'
import { readChainHealth } from '../../../src/audit/chain-health.ts'
import { readLastCheckpoint } from '../../../src/audit/checkpoint-store.ts'
import { makeCheckpoint, restartChain } from '../../../src/audit/make-checkpoint.ts'
import type { AuditWords } from '../../words/audit-words.ts'
import { withAuthorities, type OpenAuthorities } from '../open-authorities.ts'
import { writeNewFile } from './files.ts'
import { auditWords } from './words.ts'

interface CheckpointOptions {
  readonly apply?: boolean
  readonly moved?: boolean
  readonly out?: string
}

export function addCheckpoint(audit: Command): void {
  audit
    .command('checkpoint')
    .description('link and sign everything that happened up to now')
    .option('--out <file>', 'write the last checkpoint to a new file, to keep it elsewhere')
    .option('--moved', 'tell the chain that the registry was restored on another PostgreSQL')
    .option('--apply', 'do it; without this, only say what would change')
    .addHelpText(
      'after',
      `
The running service signs every five minutes by itself.

Example:
  ecard audit checkpoint --apply --out kept.jws`,
    )
    .action(checkpoint)
}

async function checkpoint(options: CheckpointOptions): Promise<void> {
  const words = auditWords()
  await withAuthorities(async (parts) => {
    if (options.apply === true) await apply(parts, options, words)
    else await preview(parts, options, words)
    if (options.out === undefined) return
    const last = await readLastCheckpoint(parts.db)
    if (last === null) return
    await writeNewFile(options.out, `${last.jws}\n`, words)
    console.log(words.kept(options.out))
  })
}

async function apply(
  parts: OpenAuthorities,
  { moved }: CheckpointOptions,
  words: AuditWords,
): Promise<void> {
  const made = moved === true ? await restartChain(parts) : await makeCheckpoint(parts)
  if (made === null) console.log(words.nothingToSign)
  else console.log(words.signed(made.number, made.seq, made.hash))
}

async function preview(
  parts: OpenAuthorities,
  { moved }: CheckpointOptions,
  words: AuditWords,
): Promise<void> {
  const { unsigned, waiting } = await readChainHealth(parts)
  console.log(moved === true ? words.wouldRestart : words.wouldSign(unsigned + waiting))
  console.log(words.dryRun)
}
