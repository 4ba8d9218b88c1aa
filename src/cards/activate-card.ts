import {
  changeCardState,
  type CardStandingDeps,
  type CardStandingRequest,
} from './change-card-state.ts'
import type { Card } from './card.ts'

/**
 * From now on an issued card signs its holder in.
 *
 * @throws NotFound
 * @throws CardTransitionRefused unless the card is `issued`
 */
export function activateCard(deps: CardStandingDeps, request: CardStandingRequest): Promise<Card> {
  return changeCardState(deps, request, { event: 'card.activated', from: 'issued', to: 'active' })
}
