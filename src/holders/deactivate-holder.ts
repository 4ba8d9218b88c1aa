import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { createHolderStore } from './holder-store.ts'
import type { Holder } from './holder.ts'

export interface DeactivateHolderDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface DeactivateHolderRequest {
  readonly holderId: string
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  /** Why, as the person who asks puts it; it is kept in the audit. */
  readonly reason: string
}

/**
 * From now on none of the holder's cards signs in: the person has left, the organisation is
 * closed. The change and its audit event are committed together. The cards keep their own state.
 *
 * @throws NotFound
 */
export async function deactivateHolder(
  { db, clock }: DeactivateHolderDeps,
  { holderId, actor, reason }: DeactivateHolderRequest,
): Promise<Holder> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const holder = await createHolderStore(tx).setState(holderId, 'inactive', at)
    const event = { at, event: 'holder.deactivated', outcome: 'succeeded' } as const
    await createAuditStore(tx).append({ ...event, holderId, actor, reason })
    return holder
  })
}
