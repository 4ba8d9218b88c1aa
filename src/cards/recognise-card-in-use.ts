import type { Database } from '../db/pool.ts'
import { CardFault } from './card-fault.ts'
import type { CardSecrets } from './card-secrets.ts'
import { createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import type { CardIdentity, DeskCard } from './desk-card.ts'
import { findSecretVersions } from './issuance-journal.ts'
import { proveManagementKey } from './management-key.ts'

/** A presented card that its holder may use. */
export interface CardInUse {
  readonly identity: CardIdentity
  readonly card: Card
}

/**
 * The registered card that is presented, of which only its CHUID has been believed.
 *
 * @param now - the end of a card is judged by it
 * @throws CardFault `card-blank`, `unknown-card`, `card-unfinished`, `card-suspended`, `card-ended`
 */
export async function findCardInUse(
  db: Database,
  presented: DeskCard,
  { now, named = null }: { readonly now: Date; readonly named?: string | null },
): Promise<CardInUse> {
  const identity = await presented.identify()
  const cardUuid = identity.cardUuid ?? named
  if (cardUuid === null) throw new CardFault('card-blank')
  const card = await createCardStore(db).find(cardUuid)
  if (card === null) throw new CardFault('unknown-card', { cardUuid })
  checkInUse(card, now)
  return { identity, card }
}

/** @throws CardFault `card-unfinished`, `card-suspended`, `card-ended` */
export function checkInUse({ cardUuid, state, expiresAt }: Card, now: Date): void {
  const facts = { cardUuid, state }
  if (state === 'requested') throw new CardFault('card-unfinished', facts)
  if (state === 'suspended') throw new CardFault('card-suspended', facts)
  if (state !== 'issued' && state !== 'active') throw new CardFault('card-ended', facts)
  if (now >= expiresAt) throw new CardFault('card-ended', { cardUuid, state: 'expired' })
}

/**
 * That the card is the one that it says it is: it has the management key that only that card has,
 * and from here on lets itself be written.
 *
 * @throws CardFault `wrong-management-key`
 */
export async function proveCardInUse(
  { db, secrets }: { readonly db: Database; readonly secrets: CardSecrets },
  presented: DeskCard,
  { identity, card: { cardUuid } }: CardInUse,
): Promise<void> {
  const versions = await findSecretVersions(db, cardUuid)
  const key = await proveManagementKey(presented, identity, { secrets, cardUuid, versions })
  if (key?.whose !== 'ours') throw new CardFault('wrong-management-key', { cardUuid })
}
