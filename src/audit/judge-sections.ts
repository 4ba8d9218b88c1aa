import type { Queryable } from '../db/pool.ts'
import type { AuditPublicKey } from './audit-keys.ts'
import { chainBreak, type BreakReport } from './chain-break.ts'
import { findSeqOfHash } from './chain-range-store.ts'
import { readSections } from './chain-sections.ts'
import { highestKey, lowestKey, type ChainKey, type ChainLink } from './chain-store.ts'
import { readCheckpoints } from './checkpoint-store.ts'
import { judgeChain, type ChainJudge } from './judge-chain.ts'
import { judgeCheckpoints, type CheckpointJudge } from './judge-checkpoints.ts'
import { findStrays, loadBatch, type ChainBatch, type ChainSection } from './load-batch.ts'
import { checkpointEveryEvents } from './make-checkpoint.ts'

/** Where to begin: after this link, which is taken for granted. */
export interface ChainPlace {
  readonly seq: number
  readonly hash: Buffer
  readonly key: ChainKey
  /** The number of the last checkpoint there; 0 at the beginning of the chain. */
  readonly checkpoint: number
}

export interface JudgeOptions {
  readonly keys: readonly AuditPublicKey[]
  readonly onProgress?: (done: number, total: number) => void
}

/** A running service leaves fewer links without a signature. */
const mostUnsigned = 2 * checkpointEveryEvents

interface Judging {
  readonly start: ChainPlace
  readonly tail: ChainLink | null
  readonly report: BreakReport
}

interface Judges {
  readonly chain: ChainJudge
  readonly checkpoints: CheckpointJudge
  readonly report: BreakReport
}

/**
 * Judges every link and checkpoint from a place in the chain to its end.
 *
 * @returns how many links the last good checkpoint covers
 */
export async function judgeFrom(
  tx: Queryable,
  { keys, onProgress }: JudgeOptions,
  { start, tail, report }: Judging,
): Promise<number> {
  const end = tail?.seq ?? 0
  const checkpoints = judgeCheckpoints(
    { keys, start, findSeqOfHash: (hash) => findSeqOfHash(tx, hash) },
    report,
  )
  const chain = judgeChain(start, report)
  const judges: Judges = { chain, checkpoints, report }
  const sections = await readSections(tx, keys, tail)
  for (const section of sections) {
    if (section.upToId !== null && section.upToSeq <= start.seq) continue
    if (section.afterSeq > 0 && section.afterSeq >= start.seq) chain.restartOrder()
    await judgeSection(tx, section, { start, judges, onProgress: (seq) => onProgress?.(seq, end) })
  }
  chain.finish()
  const beyond = await readCheckpoints(tx, { afterSeq: Math.max(end, start.seq), upToSeq: null })
  for (const stored of beyond) checkpoints.judgeBeyond(stored)
  reportUnsigned(end, checkpoints, report)
  return checkpoints.signedUpTo()
}

/** While one batch is judged, PostgreSQL reads the next one. */
async function judgeSection(
  tx: Queryable,
  section: ChainSection,
  run: {
    readonly start: ChainPlace
    readonly judges: Judges
    readonly onProgress: (seq: number) => void
  },
): Promise<void> {
  const { start, judges, onProgress } = run
  const isPartial = start.seq > section.afterSeq
  const first = isPartial ? start : { seq: section.afterSeq, key: lowestKey }
  let batch = await loadBatch(tx, section, first)
  for (;;) {
    await judgeSignatures(batch, judges)
    const { seq } = batch.end
    const next = seq < section.upToSeq ? loadBatch(tx, section, batch.end) : null
    judgeLinks(batch, judges)
    onProgress(seq)
    if (next === null) break
    batch = await next
  }
  if (section.upToId === null) return
  const rest = { ...section, after: batch.end.key, upTo: highestKey }
  for (const { key } of await findStrays(tx, [], rest))
    judges.report(chainBreak('inserted', section.upToSeq, { eventId: String(key.id) }))
}

async function judgeSignatures(batch: ChainBatch, { checkpoints }: Judges): Promise<void> {
  const hashes = new Map(batch.links.map(({ seq, hash }) => [seq, hash]))
  for (const stored of batch.checkpoints) {
    await checkpoints.judge(stored, hashes.get(stored.seq) ?? null)
  }
}

function judgeLinks({ links, strays }: ChainBatch, { chain, report }: Judges): void {
  for (const { key, beforeSeq } of strays)
    report(chainBreak('inserted', beforeSeq, { eventId: String(key.id) }))
  for (const link of links) chain.judge(link)
}

function reportUnsigned(end: number, checkpoints: CheckpointJudge, report: BreakReport): void {
  const lastSeq = checkpoints.lastSeq()
  const isNever = lastSeq === 0 && end > 0
  if (isNever || end - lastSeq > mostUnsigned) report(chainBreak('checkpoint-missing', lastSeq + 1))
}
