import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import { withinTransaction } from '../db/within-transaction.ts'
import { NotFound } from '../errors.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import type { Holder } from '../holders/holder.ts'
import { createCardStore } from './card-store.ts'
import { cardTransitions, type Card, type CardState } from './card.ts'
import { revokeCard } from './revoke-card.ts'
import { suspendCard } from './suspend-card.ts'

export const cardsOfLeavers = ['suspend', 'revoke'] as const
/** `suspend` for who may come back, `revoke` for good. */
export type CardsOfLeaver = (typeof cardsOfLeavers)[number]

export interface LeaveHolderRequest {
  readonly holderId: string
  readonly cards: CardsOfLeaver
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  /** Why, as the person who asks puts it; kept with the cards and in the audit. */
  readonly reason: string
}

/** What becomes of a leaver and of each card that has not ended already. */
export interface Leaving {
  readonly holder: Holder
  readonly cards: readonly CardOfLeaver[]
}

export interface CardOfLeaver {
  readonly card: Card
  /** null: it stays as it is, because it cannot be suspended before its first use. */
  readonly to: CardState | null
}

const wantedStates: Readonly<Record<CardsOfLeaver, CardState>> = {
  suspend: 'suspended',
  revoke: 'revoked',
}

/** What `leaveHolder` would do. @throws NotFound */
export async function planLeaving(
  db: Queryable,
  { holderId, cards }: Pick<LeaveHolderRequest, 'holderId' | 'cards'>,
): Promise<Leaving> {
  const holder = await createHolderStore(db).find(holderId)
  if (holder === null) throw new NotFound('There is no such holder.', { holderId })
  const wanted = wantedStates[cards]
  const all = await createCardStore(db).listByHolder(holderId)
  return {
    holder,
    cards: all
      .filter(({ state }) => cardTransitions[state].length > 0 && state !== wanted)
      .map((card) => ({ card, to: cardTransitions[card.state].includes(wanted) ? wanted : null })),
  }
}

/**
 * A person leaves, an organisation closes: from the commit on nobody signs in as the holder, the
 * cards are suspended or revoked with their certificates, and running services end the sessions.
 * Holder, cards and audit events are one transaction. Again for the same holder, it does what is
 * left to do.
 *
 * @throws NotFound
 * @throws CardTransitionRefused when a card changed at the same moment; nothing changed, try again
 */
export async function leaveHolder(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  request: LeaveHolderRequest,
): Promise<Leaving> {
  const at = clock.now()
  const { holderId, actor, reason } = request
  return db.inTransaction(async (tx) => {
    const leaving = await planLeaving(tx, request)
    const deps = { db: withinTransaction(db, tx), clock: { now: () => at } }
    for (const { card, to } of leaving.cards) {
      const step = { cardUuid: card.cardUuid, actor, reason }
      if (to === 'suspended') await suspendCard(deps, step)
      if (to === 'revoked') await revokeCard(deps, { ...step, cause: 'left' })
    }
    if (leaving.holder.state === 'inactive') return leaving
    const holder = await createHolderStore(tx).setState(holderId, 'inactive', at)
    const facts = { cards: request.cards, count: leaving.cards.filter(({ to }) => to).length }
    const event = { at, event: 'holder.deactivated', outcome: 'succeeded' } as const
    await createAuditStore(tx).append({ ...event, holderId, actor, reason, facts })
    return { ...leaving, holder }
  })
}
