import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { Duplicate } from '../errors.ts'
import { BatchRefused } from './batch-refused.ts'
import type { LoadedBatch } from './batch-store.ts'
import { cancelWaiting, markCancelled, requeueFailed } from './queue-store.ts'

export interface BatchChangeDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface CancelRequest {
  readonly batchId: string
  readonly actor: string
  readonly reason: string
}

/**
 * No request of the batch is taken from the queue any more. A card that a desk is making now is
 * still finished. Cancelled once more, it takes out what a dead desk had left behind.
 *
 * @returns how many requests left the queue
 */
export async function cancelBatch(
  { db, clock }: BatchChangeDeps,
  { batchId, actor, reason }: CancelRequest,
): Promise<number> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const isFirst = await markCancelled(tx, batchId, { by: actor, reason, at })
    const cancelled = await cancelWaiting(tx, batchId, at)
    const event = { at, event: 'batch.cancelled', outcome: 'succeeded' } as const
    if (isFirst || cancelled > 0)
      await createAuditStore(tx).append({ ...event, actor, reason, facts: { batchId, cancelled } })
    return cancelled
  })
}

/**
 * Puts requests that failed back into the queue.
 *
 * @param request.number - one of them; null for all
 * @returns their numbers
 * @throws BatchRefused `cancelled`, `nothing-to-retry`, `rows-refused` where the holder
 *   waits in another batch by now
 */
export async function retryItems(
  { db, clock }: BatchChangeDeps,
  { batch, number, actor }: { batch: LoadedBatch; number: number | null; actor: string },
): Promise<number[]> {
  const batchId = batch.id
  if (batch.cancelledAt !== null) throw new BatchRefused('cancelled', { batchId })
  try {
    return await db.inTransaction(async (tx) => {
      const numbers = await requeueFailed(tx, batchId, number)
      if (numbers.length === 0) throw new BatchRefused('nothing-to-retry', { batchId })
      const event = { at: clock.now(), event: 'batch.retried', outcome: 'succeeded' } as const
      const facts = { batchId, items: numbers.join(' ').slice(0, 500) }
      await createAuditStore(tx).append({ ...event, actor, facts })
      return numbers
    })
  } catch (error) {
    if (error instanceof Duplicate)
      throw new BatchRefused('rows-refused', { rows: 1, first: number })
    throw error
  }
}
