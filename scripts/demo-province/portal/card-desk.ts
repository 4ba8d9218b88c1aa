import type { CardState } from '../../../src/cards/card.ts'
import type { DemoCardId } from '../province.ts'

/** How one demo card stands. */
export interface CardPlace {
  /** null where the registry has no such card. */
  readonly state: CardState | null
  /** Wrong PINs have used up all tries. */
  readonly pinBlocked: boolean
}

/** What the administrator's box does, through the service's own use-cases. */
export interface CardDesk {
  standing(card: DemoCardId): Promise<CardPlace>
  suspend(card: DemoCardId): Promise<void>
  reinstate(card: DemoCardId): Promise<void>
  /** Sets the printed PIN again with the card's PUK, as the card office would. */
  unblock(card: DemoCardId): Promise<void>
}
