import type { RevocationCause } from './card-certificates.ts'
import {
  changeCardState,
  type CardStandingDeps,
  type CardStandingRequest,
} from './change-card-state.ts'
import type { Card } from './card.ts'

export interface CardRevocationRequest extends CardStandingRequest {
  /** What became of it; its certificates are revoked for that. Default `other`. */
  readonly cause?: RevocationCause
}

/**
 * Ends a card for good, whatever it was waiting for or allowed to do, and every certificate of it.
 *
 * @throws NotFound
 * @throws CardTransitionRefused when the card has ended already
 */
export function revokeCard(deps: CardStandingDeps, request: CardRevocationRequest): Promise<Card> {
  const { cause = 'other' } = request
  return changeCardState(deps, request, {
    ...{ event: 'card.revoked', from: null, to: 'revoked', cause },
  })
}
