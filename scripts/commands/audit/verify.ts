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
import { ecardWords } from '../../program/ecard-words.ts'
import { withAuthorities } from '../open-authorities.ts'
import { withRegistry, type Registry } from '../open-registry.ts'
import { progressBar } from '../progress-bar.ts'
import { readText } from './files.ts'
import { auditHelp, auditWords } from './words.ts'

interface VerifyOptions {
  readonly sinceCheckpoint?: boolean
  readonly checkpoint?: string
  readonly publicKey?: string
  readonly json?: boolean
}

export function addVerify(audit: Command): void {
  const help = auditHelp()
  const words = ecardWords()
  audit
    .command('verify')
    .description(help.verify)
    .option('--since-checkpoint', help.sinceCheckpoint)
    .option('--checkpoint <file>', help.checkpointFile)
    .option('--public-key <file>', help.publicKey)
    .option('--json', words.jsonOption)
    .addHelpText(
      'after',
      `${help.verifyNotes}
${words.examples}
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
    return withBar((onProgress) =>
      verifyChain(registry, { keys, kept, sinceCheckpoint, onProgress }),
    )
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

/** With a bar for whoever looks on: a long chain takes a minute. */
async function withBar<T>(
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = progressBar(auditHelp().events)
  let isStarted = false
  try {
    return await work((done, total) => {
      if (!isStarted) progress.start(total)
      isStarted = true
      progress.reach(done)
    })
  } finally {
    progress.stop()
  }
}
