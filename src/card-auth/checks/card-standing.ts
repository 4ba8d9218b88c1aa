import type { Card } from '../../cards/card.ts'
import type { KeySlot } from '../../holders/card-kind.ts'
import { CardRefused } from '../refusal.ts'

/**
 * May this card sign in? Tells why not only after the card has proved its key, so that a lost
 * card's state is no stranger's to ask for. A card that was handed over locked may, by card and
 * PIN: that activates it.
 *
 * @throws CardRefused `card-suspended`, `card-revoked`, `card-expired`, `card-not-active`
 */
export function checkCardStanding(card: Card, slot: KeySlot, now: Date): void {
  const facts = { cardUuid: card.cardUuid, holderId: card.holderId, state: card.state }
  switch (card.state) {
    case 'active':
      break
    case 'suspended':
      throw new CardRefused('card-suspended', { facts, details: { date: card.stateSince } })
    case 'revoked':
    case 'replaced':
      throw new CardRefused('card-revoked', { facts })
    case 'expired':
      throw new CardRefused('card-expired', { facts, details: { date: card.expiresAt } })
    case 'issued':
      if (slot === '9A') break
      throw new CardRefused('card-not-active', { facts })
    case 'requested':
      throw new CardRefused('card-not-active', { facts })
  }
  // The card's date counts, whether or not somebody has already written its end into the registry.
  if (now >= card.expiresAt) {
    throw new CardRefused('card-expired', { facts, details: { date: card.expiresAt } })
  }
}
