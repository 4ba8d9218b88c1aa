import type { AuditPublicKey } from './audit-keys.ts'
import { chainBreak, type BreakReport } from './chain-break.ts'
import { readCheckpoint, type Checkpoint } from './checkpoint.ts'
import type { StoredCheckpoint } from './checkpoint-store.ts'

export interface CheckpointJudge {
  /** Takes checkpoints by number, with the hash that the chain has there, or null for none. */
  judge(stored: StoredCheckpoint, hash: Buffer | null): Promise<void>
  /** Takes a checkpoint of links beyond the end of the chain. */
  judgeBeyond(stored: StoredCheckpoint): void
  /** How many links the last good checkpoint covers. */
  readonly signedUpTo: () => number
  /** How many links the last checkpoint speaks of, good or not. */
  readonly lastSeq: () => number
}

export interface CheckpointJudgeOptions {
  readonly keys: readonly AuditPublicKey[]
  /** Where everything begins: after this checkpoint; 0 for the beginning of the chain. */
  readonly start: { readonly seq: number; readonly checkpoint: number }
  /** Where a hash stands in the chain, or null. */
  readonly findSeqOfHash: (hash: Buffer) => Promise<number | null>
}

/** Finds what is wrong with checkpoints as they go by. */
export function judgeCheckpoints(
  { keys, start, findSeqOfHash }: CheckpointJudgeOptions,
  report: BreakReport,
): CheckpointJudge {
  let lastNumber = start.checkpoint
  let signedUpTo = start.seq
  let lastSeq = signedUpTo
  /** Looking reads the whole chain; the first mismatch explains those after it. */
  let hasLooked = false

  async function judge(stored: StoredCheckpoint, hash: Buffer | null): Promise<void> {
    const proven = prove(stored)
    if (proven === null) return
    if (proven.hash === hash?.toString('hex')) signedUpTo = proven.seq
    else await reportMismatch(proven)
  }

  /** Null, and told, where the signature does not prove it. */
  function prove(stored: StoredCheckpoint): Checkpoint | null {
    const { number, seq } = stored
    for (let missing = lastNumber + 1; missing < number; missing++)
      report(chainBreak('checkpoint-removed', seq, { checkpoint: missing }))
    lastNumber = number
    lastSeq = seq
    const proven = proveCheckpoint(stored, keys)
    if (proven === null) report(chainBreak('checkpoint-unsigned', seq, { checkpoint: number }))
    return proven
  }

  async function reportMismatch({ number, seq, hash }: Checkpoint): Promise<void> {
    const foundAtSeq = hasLooked ? null : await findSeqOfHash(Buffer.from(hash, 'hex'))
    hasLooked = true
    report(chainBreak('checkpoint-mismatch', seq, { checkpoint: number, foundAtSeq }))
  }

  return {
    judge,
    judgeBeyond: (stored) => {
      const proven = prove(stored)
      if (proven === null) return
      report(chainBreak('truncated', proven.seq, { checkpoint: proven.number }))
    },
    signedUpTo: () => signedUpTo,
    lastSeq: () => lastSeq,
  }
}

/** What a stored checkpoint says if its signature proves it, row and all; else null. */
export function proveCheckpoint(
  { number, seq, at, restartAfterId, jws }: StoredCheckpoint,
  keys: readonly AuditPublicKey[],
): Checkpoint | null {
  const proven = readCheckpoint(jws, keys)
  const isOfRow =
    proven?.number === number &&
    proven.seq === seq &&
    proven.at === at.toISOString() &&
    proven.restartAfterId === restartAfterId
  return isOfRow ? proven : null
}
