import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { AuditPublicKey } from './audit-keys.ts'
import { chainStart } from './canonical-event.ts'
import { chainBreak, type BreakReport, type ChainBreak } from './chain-break.ts'
import { readChainHealth, type ChainHealth } from './chain-health.ts'
import { findSeqOfHash } from './chain-range-store.ts'
import { readSections } from './chain-sections.ts'
import {
  highestKey,
  lowestKey,
  readLinkedEvents,
  readTail,
  type ChainKey,
  type ChainLink,
} from './chain-store.ts'
import { readCheckpoints, readLastCheckpoint } from './checkpoint-store.ts'
import type { Checkpoint } from './checkpoint.ts'
import { judgeChain, type ChainJudge } from './judge-chain.ts'
import { judgeCheckpoints, proveCheckpoint, type CheckpointJudge } from './judge-checkpoints.ts'
import { findStrays, loadBatch, type ChainBatch, type ChainSection } from './load-batch.ts'
import { checkNotMoved } from './link-events.ts'
import { checkpointEveryEvents } from './make-checkpoint.ts'

export interface VerifyRequest {
  /** What signed the checkpoints; at least one. */
  readonly keys: readonly AuditPublicKey[]
  /** A checkpoint that was kept elsewhere, its signature proven. */
  readonly kept?: Checkpoint | null
  /** Begins after the kept checkpoint, or else after the last one in the registry. */
  readonly sinceCheckpoint?: boolean
  readonly onProgress?: (done: number, total: number) => void
}

export interface VerifyReport {
  readonly isIntact: boolean
  /** In the order of the chain; the first thousand that were found. */
  readonly breaks: readonly ChainBreak[]
  readonly breakCount: number
  /** How many links were looked at, and the number of the one before them. */
  readonly checked: number
  readonly afterSeq: number
  readonly last: { readonly seq: number; readonly hash: string } | null
  /** How many links the last good checkpoint covers. */
  readonly signedUpTo: number
  readonly health: ChainHealth
}

export interface VerifyDeps {
  readonly db: Pick<Database, 'inTransaction'>
  readonly clock: Clock
}

const mostBreaks = 1_000
/** A running service leaves fewer links without a signature. */
const mostUnsigned = 2 * checkpointEveryEvents

/**
 * Reads the chain from a start to its end and says everything that is wrong with it, as it was at
 * one instant. Memory does not grow with the chain.
 *
 * @throws AuditChainMoved
 */
export async function verifyChain(deps: VerifyDeps, request: VerifyRequest): Promise<VerifyReport> {
  return deps.db.inTransaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    // Else PostgreSQL might read both tables whole for each batch.
    await tx.query('set local enable_hashjoin = off')
    await tx.query('set local enable_mergejoin = off')
    await tx.query('set local enable_seqscan = off')
    await checkNotMoved(tx)
    const found = collectBreaks()
    const tail = await readTail(tx)
    await checkKept(tx, request.kept ?? null, { tail, report: found.report })
    const start = await findStart(tx, request)
    const signedUpTo = await judgeFrom(tx, request, { start, tail, report: found.report })
    return {
      isIntact: found.count() === 0,
      breaks: found.sorted(),
      breakCount: found.count(),
      checked: Math.max((tail?.seq ?? 0) - start.seq, 0),
      afterSeq: start.seq,
      last: tail === null ? null : { seq: tail.seq, hash: tail.hash.toString('hex') },
      signedUpTo,
      health: await readChainHealth({ db: tx, clock: deps.clock }),
    }
  })
}

interface Start {
  readonly seq: number
  readonly hash: Buffer
  readonly key: ChainKey
  readonly checkpoint: Checkpoint | null
}

const chainBeginning: Start = { seq: 0, hash: chainStart, key: lowestKey, checkpoint: null }

/** A checkpoint that does not fit the chain is no place to begin at: then everything is read. */
async function findStart(tx: Queryable, request: VerifyRequest): Promise<Start> {
  if (request.sinceCheckpoint !== true) return chainBeginning
  const stored = await readLastCheckpoint(tx)
  const proven = stored === null ? null : proveCheckpoint(stored, request.keys)
  const checkpoint = request.kept ?? proven
  if (checkpoint === null) return chainBeginning
  const { seq, hash, restartAfterId } = checkpoint
  const link = await readLink(tx, seq)
  if (link?.hash.toString('hex') !== hash) return chainBeginning
  const key = restartAfterId === null ? link.key : lowestKey
  return { seq, hash: link.hash, key, checkpoint }
}

async function checkKept(
  tx: Queryable,
  kept: Checkpoint | null,
  { tail, report }: { readonly tail: ChainLink | null; readonly report: BreakReport },
): Promise<void> {
  if (kept === null) return
  const { seq, hash, number: checkpoint } = kept
  const link = await readLink(tx, seq)
  if (link?.hash.toString('hex') === hash) return
  if (seq > (tail?.seq ?? 0)) {
    report(chainBreak('truncated', seq, { checkpoint }))
    return
  }
  const foundAtSeq = await findSeqOfHash(tx, Buffer.from(hash, 'hex'))
  report(chainBreak('checkpoint-mismatch', seq, { checkpoint, foundAtSeq }))
}

async function readLink(tx: Queryable, seq: number): Promise<ChainLink | null> {
  const [link] = await readLinkedEvents(tx, { afterSeq: seq - 1, upToSeq: seq, limit: 1 })
  return link ?? null
}

interface Judging {
  readonly start: Start
  readonly tail: ChainLink | null
  readonly report: BreakReport
}

interface Judges {
  readonly chain: ChainJudge
  readonly checkpoints: CheckpointJudge
  readonly report: BreakReport
}

/** @returns how many links the last good checkpoint covers */
async function judgeFrom(
  tx: Queryable,
  { keys, onProgress }: VerifyRequest,
  { start, tail, report }: Judging,
): Promise<number> {
  const end = tail?.seq ?? 0
  const checkpoints = judgeCheckpoints(
    { keys, start: start.checkpoint, findSeqOfHash: (hash) => findSeqOfHash(tx, hash) },
    report,
  )
  const chain = judgeChain(start, report)
  const judges: Judges = { chain, checkpoints, report }
  const sections = await readSections(tx, keys, tail)
  for (const section of sections) {
    if (section.upToId !== null && section.upToSeq <= start.seq) continue
    if (section.afterSeq > start.seq) chain.restartOrder()
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
    readonly start: Start
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

function collectBreaks(): {
  report: BreakReport
  count: () => number
  sorted: () => ChainBreak[]
} {
  const breaks: ChainBreak[] = []
  let count = 0
  return {
    report: (found) => {
      count += 1
      if (breaks.length < mostBreaks) breaks.push(found)
    },
    count: () => count,
    sorted: () => breaks.sort((a, b) => a.seq - b.seq || (a.checkpoint ?? 0) - (b.checkpoint ?? 0)),
  }
}
