import { createAuditStore } from '../audit/audit-store.ts'
import type { DeactivateHolderDeps, DeactivateHolderRequest } from './deactivate-holder.ts'
import { createHolderStore } from './holder-store.ts'
import type { Holder } from './holder.ts'

/**
 * The person is back, the organisation open again. Cards stay as they are: why each was suspended
 * is for somebody to look at before it is reinstated.
 *
 * @throws NotFound
 */
export async function reactivateHolder(
  { db, clock }: DeactivateHolderDeps,
  { holderId, actor, reason }: DeactivateHolderRequest,
): Promise<Holder> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const holder = await createHolderStore(tx).setState(holderId, 'active', at)
    const event = { at, event: 'holder.reactivated', outcome: 'succeeded' } as const
    await createAuditStore(tx).append({ ...event, holderId, actor, reason })
    return holder
  })
}
