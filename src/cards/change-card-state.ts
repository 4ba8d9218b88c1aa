import { createAuditStore } from '../audit/audit-store.ts'
import type { AuditEvent, AuditEventName } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { changeCardCertificates, type RevocationCause } from './card-certificates.ts'
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
  /** For `revoked`: what its certificates are revoked for. Default `other`. */
  readonly cause?: RevocationCause
}

/**
 * Takes one step of the state table. The change, what it means for the card's certificates, and its
 * audit event are committed together: from then on no sign-in passes, OCSP says so, and the next
 * list will. A refusal is audited too.
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
  const { to, cause = 'other' } = step
  const event: Omit<AuditEvent, 'outcome'> = { at, event: step.event, cardUuid, actor, reason }
  try {
    return await deps.db.inTransaction(async (tx) => {
      const cards = createCardStore(tx)
      const before = await cards.findToChange(cardUuid)
      if (before === null) throw new NotFound('no such card', { cardUuid })
      const from = step.from ?? before.state
      const card = await cards.changeState(cardUuid, { from, to, reason, at })
      const certificates = await changeCardCertificates(tx, { before, to, cause, at })
      const facts = { from, to, certificates, ...(to === 'revoked' && { cause }) }
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
