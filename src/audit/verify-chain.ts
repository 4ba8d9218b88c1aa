import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { AuditPublicKey } from './audit-keys.ts'
import { chainStart } from './canonical-event.ts'
import { chainBreak, type BreakReport, type ChainBreak } from './chain-break.ts'
import { readChainHealth, type ChainHealth } from './chain-health.ts'
import { findSeqOfHash } from './chain-range-store.ts'
import { lowestKey, readLinkedEvents, readTail, type ChainLink } from './chain-store.ts'
import { readCheckpoints, readLastCheckpoint } from './checkpoint-store.ts'
import type { Checkpoint } from './checkpoint.ts'
import { proveCheckpoint } from './judge-checkpoints.ts'
import { judgeFrom, type ChainPlace } from './judge-sections.ts'
import { checkNotMoved } from './link-events.ts'

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

const chainBeginning: ChainPlace = { seq: 0, hash: chainStart, key: lowestKey, checkpoint: 0 }

/** A checkpoint that does not fit the chain is no place to begin at: then everything is read. */
async function findStart(tx: Queryable, request: VerifyRequest): Promise<ChainPlace> {
  if (request.sinceCheckpoint !== true) return chainBeginning
  const stored = await readLastCheckpoint(tx)
  const proven = stored === null ? null : proveCheckpoint(stored, request.keys)
  const checkpoint = request.kept ?? proven
  if (checkpoint === null) return chainBeginning
  const { seq, hash, restartAfterId } = checkpoint
  const link = await readLink(tx, seq)
  if (link?.hash.toString('hex') !== hash) return chainBeginning
  const key = restartAfterId === null ? link.key : lowestKey
  // A restart may have been signed at the same place.
  const there = await readCheckpoints(tx, { afterSeq: seq - 1, upToSeq: seq })
  const last = there.at(-1)?.number ?? checkpoint.number
  return { seq, hash: link.hash, key, checkpoint: last }
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
