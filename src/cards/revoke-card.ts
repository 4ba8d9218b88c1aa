import {
  changeCardState,
  type CardStandingDeps,
  type CardStandingRequest,
} from './change-card-state.ts'
import type { Card } from './card.ts'

/**
 * Ends a card for good, whatever it was waiting for or allowed to do.
 *
 * @throws NotFound
 * @throws CardTransitionRefused when the card has ended already, or changed at the same moment
 */
export function revokeCard(deps: CardStandingDeps, request: CardStandingRequest): Promise<Card> {
  return changeCardState(deps, request, { event: 'card.revoked', from: null, to: 'revoked' })
}
