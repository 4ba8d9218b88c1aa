import {
  changeCardState,
  type CardStandingDeps,
  type CardStandingRequest,
} from './change-card-state.ts'
import type { Card } from './card.ts'

/**
 * Lets a suspended card sign its holder in again, and releases the certificates that were held with
 * it.
 *
 * @throws NotFound
 * @throws CardTransitionRefused unless the card is `suspended`
 */
export function reinstateCard(deps: CardStandingDeps, request: CardStandingRequest): Promise<Card> {
  return changeCardState(deps, request, {
    event: 'card.reinstated',
    from: 'suspended',
    to: 'active',
  })
}
