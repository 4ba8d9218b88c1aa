import type { Queryable } from '../db/pool.ts'
import { AppError } from '../errors.ts'
import type { KeySlot } from '../holders/card-kind.ts'
import { cardColumns, toCard, type CardRow } from './card-row.ts'
import type { Card, CardState } from './card.ts'
import {
  findCertificateByCard,
  findCertificateStanding,
  type CertificateStanding,
  type PresentedStanding,
} from './certificate-standing-store.ts'

export type { CertificateStanding, PresentedStanding }

export interface CardStore {
  /**
   * A card starts as `requested`.
   *
   * @throws Duplicate for a UUID that is registered already
   * @throws CardTransitionRefused for any other first state
   */
  insert(card: Card): Promise<void>
  find(cardUuid: string): Promise<Card | null>
  /** As `find`, and nobody else changes the card until the transaction that asks is over. */
  findToChange(cardUuid: string): Promise<Card | null>
  /**
   * Moves the card from one state to the next, in one atomic step. Every listener on
   * `ecard_standing` is told when this commits.
   *
   * @throws CardTransitionRefused when the card is not there, is not in `from` (any more), or the
   *   state table does not have the step
   */
  changeState(cardUuid: string, change: CardStateChange): Promise<Card>
  /** Oldest state first. */
  listByHolder(holderId: string): Promise<Card[]>
  /**
   * A card's certificate by its SHA-256, with card, holder and terminal, in one round trip.
   *
   * @param terminalId - null where no terminal took part
   */
  findCertificateStanding(
    fingerprint: Buffer,
    terminalId: string | null,
  ): Promise<PresentedStanding>
  /**
   * The certificate that counts for card and slot (active or suspended), else the newest that ever
   * did; with card, holder and terminal, in one round trip.
   */
  findCertificateByCard(
    of: { readonly cardUuid: string; readonly slot: KeySlot },
    terminalId: string,
  ): Promise<PresentedStanding>
}

export interface CardStateChange {
  readonly from: CardState
  readonly to: CardState
  readonly reason: string | null
  readonly at: Date
}

/** The card is not in a state from which the step is possible. */
export class CardTransitionRefused extends AppError {
  readonly code = 'CARD_TRANSITION_REFUSED'
}

export function createCardStore(db: Queryable): CardStore {
  return {
    insert: (card) => insert(db, card),
    find: (cardUuid) => find(db, cardUuid),
    findToChange: (cardUuid) => find(db, cardUuid, 'for update'),
    changeState: (cardUuid, change) => changeState(db, cardUuid, change),
    listByHolder: (holderId) => listByHolder(db, holderId),
    findCertificateStanding: (fingerprint, terminalId) =>
      findCertificateStanding(db, fingerprint, terminalId),
    findCertificateByCard: (of, terminalId) => findCertificateByCard(db, of, terminalId),
  }
}

async function insert(db: Queryable, card: Card): Promise<void> {
  const { cardUuid, kind, holderId, state, stateSince, expiresAt } = card
  // The database refuses every other first state too, whoever writes it.
  if (state !== 'requested')
    throw new CardTransitionRefused(`a card does not start as ${state}`, { cardUuid, to: state })
  await db.query(
    `insert into cards (card_uuid, kind, holder_id, state, state_since, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [cardUuid, kind, holderId, state, stateSince, expiresAt],
  )
}

async function find(
  db: Queryable,
  cardUuid: string,
  lock: 'for update' | '' = '',
): Promise<Card | null> {
  const { rows } = await db.query<CardRow>(
    `select ${cardColumns} from cards c where c.card_uuid = $1 ${lock}`,
    [cardUuid],
  )
  return rows[0] === undefined ? null : toCard(rows[0])
}

async function changeState(
  db: Queryable,
  cardUuid: string,
  { from, to, reason, at }: CardStateChange,
): Promise<Card> {
  const { rows } = await db.query<CardRow>(
    `update cards c set state = $3, state_since = $4, state_reason = $5
     where c.card_uuid = $1 and c.state = $2
       and exists (select from card_transitions where from_state = $2 and to_state = $3)
     returning ${cardColumns}`,
    [cardUuid, from, to, at, reason],
  )
  if (rows[0] !== undefined) return toCard(rows[0])
  throw new CardTransitionRefused(`not from ${from} to ${to}`, { cardUuid, from, to })
}

async function listByHolder(db: Queryable, holderId: string): Promise<Card[]> {
  const { rows } = await db.query<CardRow>(
    `select ${cardColumns} from cards c where c.holder_id = $1
     order by c.state_since, c.card_uuid`,
    [holderId],
  )
  return rows.map(toCard)
}
