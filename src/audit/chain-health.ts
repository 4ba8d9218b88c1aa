import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import { isMoved, readTail, readWaiting } from './chain-store.ts'
import { readLastCheckpoint } from './checkpoint-store.ts'

export interface ChainHealth {
  /** Events in the chain. */
  readonly linked: number
  /** Events that are not in the chain yet; counted up to a hundred thousand. */
  readonly waiting: number
  readonly waitingSince: string | null
  /** Some wait for more than a minute: no linker is at work, or a transaction hangs. */
  readonly isBehind: boolean
  /** The registry came from another PostgreSQL, and nobody has told the chain: nothing is linked. */
  readonly isMoved: boolean
  /** Events of the chain that no checkpoint covers yet. */
  readonly unsigned: number
  readonly lastCheckpointAt: string | null
}

const mostWaitingMs = 60_000

/** How the chain keeps up with what happens; quick, whatever its length. */
export async function readChainHealth({
  db,
  clock,
}: {
  readonly db: Queryable
  readonly clock: Clock
}): Promise<ChainHealth> {
  const linked = (await readTail(db))?.seq ?? 0
  const checkpoint = await readLastCheckpoint(db)
  const { count, oldestAt } = await readWaiting(db)
  const waitedMs = oldestAt === null ? 0 : clock.now().getTime() - oldestAt.getTime()
  return {
    linked,
    waiting: count,
    waitingSince: oldestAt?.toISOString() ?? null,
    isBehind: waitedMs > mostWaitingMs,
    isMoved: await isMoved(db),
    unsigned: Math.max(linked - (checkpoint?.seq ?? 0), 0),
    lastCheckpointAt: checkpoint?.at.toISOString() ?? null,
  }
}
