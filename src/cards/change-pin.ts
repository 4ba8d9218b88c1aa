import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import type { CardKindProfiles } from './card-kind-profile.ts'
import type { Card } from './card.ts'
import type { DeskCard } from './desk-card.ts'
import { findCardInUse } from './recognise-card-in-use.ts'

/**
 * The holder enters the PIN of the presented card and chooses another. Whoever knows the PIN may
 * do that with any program; here the card kind's rules hold, and it is on record.
 *
 * @throws CardFault `pin-cancelled`, `pin-blocked` and those of `findCardInUse`
 */
export async function changePinAtDesk(
  {
    db,
    clock,
    profiles,
  }: { readonly db: Database; readonly clock: Clock; readonly profiles: CardKindProfiles },
  presented: DeskCard,
  { desk }: { readonly desk: string },
): Promise<Card> {
  const { card } = await findCardInUse(db, presented, { now: clock.now() })
  const { cardUuid, holderId, kind } = card
  await presented.changePin(profiles[kind].pin)
  await createAuditStore(db).append({
    ...{ at: clock.now(), event: 'card.pin-changed', outcome: 'succeeded', actor: holderId },
    ...{ holderId, cardUuid, facts: { desk } },
  })
  return card
}
