import { createAuditStore } from '../audit/audit-store.ts'
import type { Queryable } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { findRunning, type Issuance } from './issuance-journal.ts'
import { giveUpIssuance, type WipeDeps } from './wipe-card.ts'

/** The attempt that would be given up. @throws NotFound */
export async function findToAbandon(db: Queryable, cardUuid: string): Promise<Issuance> {
  const running = await findRunning(db, cardUuid)
  if (running === null) throw new NotFound('nothing is being issued', { cardUuid })
  return running
}

/**
 * Gives an attempt up whose chip is lost: its row is revoked, with what certificates it had. Should
 * the chip turn up after all, the next issuing on it wipes it first.
 *
 * @throws NotFound
 */
export async function abandonIssuance(
  deps: WipeDeps,
  asked: { readonly cardUuid: string; readonly actor: string; readonly reason: string },
): Promise<Issuance> {
  const { cardUuid, actor, reason } = asked
  const running = await findToAbandon(deps.db, cardUuid)
  const { holderId, step, desk } = running
  const event = { event: 'card.abandoned', actor, reason, holderId, cardUuid } as const
  const [audit, facts] = [createAuditStore(deps.db), { step, desk }]
  await audit.append({ ...event, at: deps.clock.now(), outcome: 'intended', facts })
  await giveUpIssuance(deps, asked)
  await audit.append({ ...event, at: deps.clock.now(), outcome: 'succeeded', facts })
  return running
}
