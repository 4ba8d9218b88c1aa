import { createAuditStore } from '../audit/audit-store.ts'
import type { AuditEvent, AuditEventName } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { CardTransitionRefused, createCardStore } from './card-store.ts'
import type { Card, CardState } from './card.ts'

export interface CardStandingDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface CardStandingRequest {
  readonly cardUuid: string
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  /** Why, as the person who asks puts it; it is kept with the card and in the audit. */
  readonly reason: string
}

export interface CardStep {
  readonly event: AuditEventName
  /** The one state it starts from; null takes any from which the state table has the step. */
  readonly from: CardState | null
  readonly to: CardState
}

/**
 * Takes one step of the state table. The change and its audit event are committed together; a
 * refusal is audited too.
 *
 * @throws NotFound
 * @throws CardTransitionRefused
 */
export async function changeCardState(
  deps: CardStandingDeps,
  request: CardStandingRequest,
  step: CardStep,
): Promise<Card> {
  const at = deps.clock.now()
  const { cardUuid, actor, reason } = request
  const event: Omit<AuditEvent, 'outcome'> = { at, event: step.event, cardUuid, actor, reason }
  try {
    return await deps.db.inTransaction(async (tx) => {
      const cards = createCardStore(tx)
      const from = step.from ?? (await stateOf(cards.find(cardUuid), cardUuid))
      const card = await cards.changeState(cardUuid, { from, to: step.to, reason, at })
      const facts = { from, to: step.to }
      const { holderId } = card
      await createAuditStore(tx).append({ ...event, outcome: 'succeeded', holderId, facts })
      return card
    })
  } catch (error) {
    if (error instanceof CardTransitionRefused)
      await createAuditStore(deps.db).append({ ...event, outcome: 'refused', facts: error.facts })
    throw error
  }
}

async function stateOf(found: Promise<Card | null>, cardUuid: string): Promise<CardState> {
  const card = await found
  if (card === null) throw new NotFound('no such card', { cardUuid })
  return card.state
}
