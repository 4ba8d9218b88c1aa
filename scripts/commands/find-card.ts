import { createCardStore } from '../../src/cards/card-store.ts'
import type { Card } from '../../src/cards/card.ts'
import type { Queryable } from '../../src/db/pool.ts'
import { NotFound } from '../../src/errors.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import type { Holder } from '../../src/holders/holder.ts'
import { standingWords } from '../words/standing-words.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The card that a person names by its number, and whose it is. @throws NotFound */
export async function findCard(
  db: Queryable,
  cardUuid: string,
): Promise<{ readonly card: Card; readonly holder: Holder }> {
  const card = uuid.test(cardUuid) ? await createCardStore(db).find(cardUuid) : null
  const holder = card === null ? null : await createHolderStore(db).find(card.holderId)
  if (card === null || holder === null) throw new NotFound(standingWords().noCard(cardUuid))
  return { card, holder }
}
