import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { createCardStore } from './card-store.ts'
import { cardTransitions } from './card.ts'
import type { DeskCard } from './desk-card.ts'
import { endIssuance } from './issuance-journal.ts'
import { revokeCard } from './revoke-card.ts'

export interface WipeDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface WipeRequest {
  readonly cardUuid: string
  /** Why, as the audit keeps it. */
  readonly why: string
  readonly actor: string
}

/**
 * Makes a card of ours blank. Its row is revoked with its certificates, and its attempt given up,
 * before the card is touched: cut off in between, the card is one that has ended.
 */
export async function wipePresentedCard(
  deps: WipeDeps,
  card: DeskCard,
  { cardUuid, why, actor }: WipeRequest,
): Promise<void> {
  await giveUpIssuance(deps, { cardUuid, actor, reason: why })
  const event = { event: 'card.wiped', cardUuid, actor, reason: why } as const
  const audit = createAuditStore(deps.db)
  await audit.append({ ...event, at: deps.clock.now(), outcome: 'intended' })
  await card.reset()
  const at = deps.clock.now()
  await endIssuance(deps.db, { cardUuid, state: 'wiped', reason: why, at })
  await audit.append({ ...event, at, outcome: 'succeeded' })
}

/** The attempt is over, and the card with all its certificates, where it has not ended already. */
export async function giveUpIssuance(
  deps: WipeDeps,
  { cardUuid, actor, reason }: { cardUuid: string; actor: string; reason: string },
): Promise<void> {
  await endIssuance(deps.db, { cardUuid, state: 'abandoned', reason, at: deps.clock.now() })
  const found = await createCardStore(deps.db).find(cardUuid)
  if (found === null || !cardTransitions[found.state].includes('revoked')) return
  await revokeCard(deps, { cardUuid, actor, reason, cause: 'returned' })
}
