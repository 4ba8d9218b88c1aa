import {
  changeCardState,
  type CardStandingDeps,
  type CardStandingRequest,
} from './change-card-state.ts'
import type { Card } from './card.ts'

/**
 * Stops a card until somebody reinstates it: it is missing, or its holder is away. Its certificates
 * are on hold until then.
 *
 * @throws NotFound
 * @throws CardTransitionRefused unless the card is `active`
 */
export function suspendCard(deps: CardStandingDeps, request: CardStandingRequest): Promise<Card> {
  return changeCardState(deps, request, {
    event: 'card.suspended',
    from: 'active',
    to: 'suspended',
  })
}
