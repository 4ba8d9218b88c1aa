import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import { InputInvalid } from '../errors.ts'
import type { Keystore } from '../keystore/keystore.ts'
import { openAuditKey } from './audit-keys.ts'
import {
  highestLinkedId,
  isMoved,
  lockChain,
  readTail,
  tryLockChain,
  type ChainLink,
} from './chain-store.ts'
import { insertCheckpoint, readLastCheckpoint, type StoredCheckpoint } from './checkpoint-store.ts'
import { signCheckpoint, type Checkpoint } from './checkpoint.ts'
import { linkBatch } from './link-events.ts'

export interface CheckpointDeps {
  readonly db: Pick<Database, 'inTransaction'>
  readonly keystore: Keystore
  readonly clock: Clock
}

/** A checkpoint and the JWS that proves it. */
export interface SignedCheckpoint extends Checkpoint {
  readonly jws: string
}

/** What is not under a signature could be rewritten unnoticed, so it is soon signed. */
export const checkpointEveryEvents = 10_000
export const checkpointEveryMs = 5 * 60_000

/** Signs where the chain has grown enough, or for long enough; else, or elsewhere at work, null. */
export async function makeDueCheckpoint(deps: CheckpointDeps): Promise<SignedCheckpoint | null> {
  return deps.db.inTransaction(async (tx) => {
    if (!(await tryLockChain(tx))) return null
    const [tail, last] = [await readTail(tx), await readLastCheckpoint(tx)]
    if (tail === null || !isDue(tail, { last, now: deps.clock.now() })) return null
    return sign(deps, tx, { tail, last, restartAfterId: null })
  })
}

/** Links what can be linked and signs; null where nothing is new since the last checkpoint. */
export async function makeCheckpoint(deps: CheckpointDeps): Promise<SignedCheckpoint | null> {
  return deps.db.inTransaction(async (tx) => {
    await lockChain(tx)
    while ((await linkBatch(tx)) > 0);
    const [tail, last] = [await readTail(tx), await readLastCheckpoint(tx)]
    if (tail === null || tail.seq === last?.seq) return null
    return sign(deps, tx, { tail, last, restartAfterId: null })
  })
}

/**
 * Tells of a move to another PostgreSQL (a dump restored): links what came along without a link,
 * and signs that what comes next is in an order of its own.
 *
 * @throws InputInvalid where the chain was not moved
 */
export async function restartChain(deps: CheckpointDeps): Promise<SignedCheckpoint> {
  return deps.db.inTransaction(async (tx) => {
    await lockChain(tx)
    const before = await readTail(tx)
    if (before === null || !(await isMoved(tx))) {
      throw new InputInvalid('The chain is of this very PostgreSQL: nothing was moved.')
    }
    while ((await linkBatch(tx, { isSettled: true })) > 0);
    const [tail, last] = [(await readTail(tx)) ?? before, await readLastCheckpoint(tx)]
    const restartAfterId = String(await highestLinkedId(tx))
    return sign(deps, tx, { tail, last, restartAfterId })
  })
}

async function sign(
  { keystore, clock }: CheckpointDeps,
  tx: Queryable,
  found: {
    readonly tail: ChainLink
    readonly last: StoredCheckpoint | null
    readonly restartAfterId: string | null
  },
): Promise<SignedCheckpoint> {
  const { tail, last, restartAfterId } = found
  const checkpoint: Checkpoint = {
    number: (last?.number ?? 0) + 1,
    seq: tail.seq,
    hash: tail.hash.toString('hex'),
    at: clock.now().toISOString(),
    restartAfterId,
  }
  const jws = await signCheckpoint(checkpoint, await openAuditKey(keystore))
  await insertCheckpoint(tx, checkpoint, jws)
  return { ...checkpoint, jws }
}

function isDue(
  tail: ChainLink,
  { last, now }: { readonly last: StoredCheckpoint | null; readonly now: Date },
): boolean {
  if (last === null) return true
  const events = tail.seq - last.seq
  const isOld = now.getTime() - last.at.getTime() >= checkpointEveryMs
  return events >= checkpointEveryEvents || (events > 0 && isOld)
}
