import { findCardCare, type CardCare } from '../../src/cards/card-care-store.ts'
import type { Card } from '../../src/cards/card.ts'
import type { Queryable } from '../../src/db/pool.ts'
import { cardCareWords } from '../words/card-care-words.ts'

/** What whoever has the card before them should know of it, a line each; mostly nothing. */
export function describeCare(care: CardCare, { expiresAt }: Pick<Card, 'expiresAt'>): string[] {
  const { warnings, date } = cardCareWords()
  const { pukReadOutAt, pukOwed, renewalStep, temporary, replaces, replacedBy } = care
  return [
    ...(pukReadOutAt === null ? [] : [warnings.pukReadOut(date(pukReadOutAt))]),
    ...(pukOwed && pukReadOutAt === null ? [warnings.pukOwed] : []),
    ...(renewalStep === null ? [] : [warnings.renewal(renewalStep)]),
    ...(temporary ? [warnings.temporary(date(expiresAt))] : []),
    ...(replaces === null ? [] : [warnings.replaces(replaces)]),
    ...(replacedBy === null ? [] : [warnings.replacedBy(replacedBy)]),
  ]
}

/** The same of a card by its number. */
export async function careLines(
  db: Queryable,
  card: Pick<Card, 'cardUuid' | 'expiresAt'>,
): Promise<string[]> {
  const care = await findCardCare(db, card.cardUuid)
  return care === null ? [] : describeCare(care, card)
}
