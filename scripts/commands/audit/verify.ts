import type { Command } from 'commander'
import {
  parseAuditKeys,
  readAuditKeys,
  type AuditPublicKey,
} from '../../../src/audit/audit-keys.ts'
import { readCheckpoint, type Checkpoint } from '../../../src/audit/checkpoint.ts'
import { verifyChain, type VerifyReport } from '../../../src/audit/verify-chain.ts'
import { InputInvalid, KeystoreUnavailable } from '../../../src/errors.ts'
import type { AuditWords } from '../../words/audit-words.ts'
import { withAuthorities } from '../open-authorities.ts'
import { withRegistry, type Registry } from '../open-registry.ts'
import { readText } from './files.ts'
import { auditWords } from './words.ts'

interface VerifyOptions {
  readonly sinceCheckpoint?: boolean
  readonly checkpoint?: string
  readonly publicKey?: string
  readonly json?: boolean
}

export function addVerify(audit: Command): void {
  audit
    .command('verify')
    .description('prove that no event was changed, removed, reordered or inserted, or say which')
    .option('--since-checkpoint', 'only what came after the last checkpoint, or after --checkpoint')
    .option('--checkpoint <file>', 'the chain must contain this one, which was kept elsewhere')
    .option('--public-key <file>', 'the audit keys that were kept elsewhere, in PEM')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Exit status: 0 intact, 1 broken (or not able to tell, with a code on standard error).
Whoever may write to PostgreSQL and to the keystore can rewrite the end of the chain. Only a
checkpoint and a key that were kept elsewhere show it.

Examples:
  ecard audit verify
  ecard audit verify --checkpoint kept.jws --public-key kept.pem --json`,
    )
    .action(verify)
}

async function verify(options: VerifyOptions): Promise<void> {
  const words = auditWords()
  const report = await withKeys(options.publicKey, words, async (registry, keys) => {
    const { checkpoint: path } = options
    const kept = path === undefined ? null : await readKept(path, keys, words)
    const sinceCheckpoint = options.sinceCheckpoint === true
    const onProgress = progressOn(process.stderr, words)
    return verifyChain(registry, { keys, kept, sinceCheckpoint, onProgress })
  })
  if (options.json === true) console.log(JSON.stringify(report))
  else print(report, words)
  if (!report.isIntact) process.exitCode = 1
}

async function withKeys<T>(
  publicKey: string | undefined,
  words: AuditWords,
  work: (registry: Registry, keys: readonly AuditPublicKey[]) => Promise<T>,
): Promise<T> {
  if (publicKey !== undefined) {
    const keys = parseAuditKeys(await readText(publicKey, words))
    return withRegistry((registry) => work(registry, keys))
  }
  return withAuthorities(async ({ keystore, ...registry }) => {
    const keys = await readAuditKeys(keystore)
    if (keys.length === 0) throw new KeystoreUnavailable(words.noKey, { problem: 'key-missing' })
    return work(registry, keys)
  })
}

async function readKept(
  path: string,
  keys: readonly AuditPublicKey[],
  words: AuditWords,
): Promise<Checkpoint> {
  const kept = readCheckpoint(await readText(path, words), keys)
  if (kept !== null) return kept
  throw new InputInvalid(words.notACheckpoint(path), { field: 'checkpoint' })
}

function print(report: VerifyReport, words: AuditWords): void {
  const { breaks, breakCount, last, health, signedUpTo } = report
  if (report.isIntact) console.log(words.intact(report.checked, report.afterSeq))
  else console.log(words.broken(breakCount))
  for (const found of breaks) console.log(`  ${words.breaks[found.kind](found)}`)
  if (breakCount > breaks.length) console.log(`  ${words.notShown(breakCount - breaks.length)}`)
  if (last !== null) console.log(words.lastLink(last.seq, last.hash))
  console.log(words.signedUpTo(signedUpTo))
  if (health.waitingSince !== null) console.log(words.waiting(health.waiting, health.waitingSince))
  if (health.isBehind) console.log(words.behind)
}

/** One line that is written over, where a person looks on. */
function progressOn(
  stream: NodeJS.WriteStream,
  words: AuditWords,
): (done: number, total: number) => void {
  if (!stream.isTTY) return () => undefined
  return (done, total) => {
    stream.write(`\r${words.progress(done, total)}${done === total ? '\n' : ''}`)
  }
}
