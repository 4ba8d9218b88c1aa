import type { CertificateStanding } from '../../cards/card-store.ts'
import { CardRefused } from '../refusal.ts'

/**
 * Is the holder still one of ours?
 *
 * @throws CardRefused `holder-inactive`
 */
export function checkHolderStanding({ holder, card }: CertificateStanding): void {
  if (holder.state === 'active') return
  const facts = { cardUuid: card.cardUuid, holderId: holder.id }
  throw new CardRefused('holder-inactive', { facts })
}
