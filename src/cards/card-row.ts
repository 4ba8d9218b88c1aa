import type { CardKind } from '../holders/card-kind.ts'
import type { Card, CardState } from './card.ts'

/** A card as the stores read it, under the alias `c`. */
export interface CardRow {
  card_uuid: string
  card_kind: CardKind
  holder_id: string
  card_state: CardState
  card_state_since: Date
  card_expires_at: Date
}

export const cardColumns = `c.card_uuid, c.kind as card_kind, c.holder_id, c.state as card_state,
  c.state_since as card_state_since, c.expires_at as card_expires_at`

export function toCard(row: CardRow): Card {
  return {
    cardUuid: row.card_uuid,
    kind: row.card_kind,
    holderId: row.holder_id,
    state: row.card_state,
    stateSince: row.card_state_since,
    expiresAt: row.card_expires_at,
  }
}
