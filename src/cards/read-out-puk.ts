import { createAuditStore } from '../audit/audit-store.ts'
import { NotFound } from '../errors.ts'
import { CardFault } from './card-fault.ts'
import { createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import { findPukStanding, markPukReadOut } from './puk-store.ts'
import { checkInUse } from './recognise-card-in-use.ts'
import type { PukDeps } from './replace-puk.ts'

export interface PukReadOut {
  readonly card: Card
  /**
   * ASCII digits; the caller overwrites them. Two where a change was cut off: then the card has the
   * first or the second, and each wrong one costs a try.
   */
  readonly puks: readonly Buffer[]
}

/** Whose PUK `readOutPuk` would tell. Nothing is written. @throws NotFound, CardFault */
export async function planPukReadOut(
  { db, clock }: Pick<PukDeps, 'db' | 'clock'>,
  cardUuid: string,
): Promise<Card> {
  const card = await createCardStore(db).find(cardUuid)
  if (card === null) throw new NotFound('there is no such card', { cardUuid })
  checkInUse(card, clock.now())
  return card
}

/**
 * Tells the PUK of a card whose holder has no agent at hand. That it was told is on record before
 * it is worked out, and the card is marked until a desk has replaced it.
 *
 * @throws NotFound
 * @throws CardFault `card-unfinished`, `card-suspended`, `card-ended`, `not-supported` where the
 *   card has no PUK of ours
 */
export async function readOutPuk(
  deps: PukDeps,
  asked: { readonly cardUuid: string; readonly actor: string; readonly reason: string },
): Promise<PukReadOut> {
  const { cardUuid, actor, reason } = asked
  const at = deps.clock.now()
  const { card, versions } = await deps.db.inTransaction(async (tx) => {
    const found = await createCardStore(tx).findToChange(cardUuid)
    if (found === null) throw new NotFound('there is no such card', { cardUuid })
    checkInUse(found, at)
    const isOurs = await markPukReadOut(tx, cardUuid, at)
    const standing = await findPukStanding(tx, cardUuid)
    if (!isOurs || standing === null) throw new CardFault('not-supported', { cardUuid })
    const { holderId } = found
    const event = { at, event: 'card.puk-read-out', outcome: 'succeeded' } as const
    await createAuditStore(tx).append({ ...event, actor, reason, holderId, cardUuid })
    const { version, nextVersion, changeAt } = standing
    return { card: found, versions: [changeAt === null ? null : nextVersion, version] }
  })
  const possible = versions.filter((version) => version !== null)
  const puks = await Promise.all(possible.map((version) => deps.secrets.puk({ cardUuid, version })))
  return { card, puks }
}
