import type { Queryable } from '../db/pool.ts'
import { AppError } from '../errors.ts'
import type { CardKind, KeySlot } from '../holders/card-kind.ts'
import { holderColumns, toHolder, type HolderRow } from '../holders/holder-row.ts'
import type { Holder } from '../holders/holder.ts'
import {
  certificateColumns,
  toRegisteredCertificate,
  type CertificateRow,
  type RegisteredCertificate,
} from '../pki/registered-certificate.ts'
import type { Card, CardState } from './card.ts'

export interface CardStore {
  /**
   * A card starts as `requested`.
   *
   * @throws Duplicate for a UUID that is registered already
   * @throws CardTransitionRefused for any other first state
   */
  insert(card: Card): Promise<void>
  find(cardUuid: string): Promise<Card | null>
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
  /** A card's certificate by its SHA-256, with card and holder, in one round trip. */
  findCertificateStanding(fingerprint: Buffer): Promise<CertificateStanding | null>
  /**
   * The certificate that counts for card and slot (active or suspended), else the newest that ever
   * did; with card and holder, in one round trip.
   */
  findCertificateByCard(cardUuid: string, slot: KeySlot): Promise<CertificateStanding | null>
}

export interface CardStateChange {
  readonly from: CardState
  readonly to: CardState
  readonly reason: string | null
  readonly at: Date
}

export interface CertificateStanding {
  readonly certificate: RegisteredCertificate
  readonly card: Card
  readonly holder: Holder
}

/** The card is not in a state from which the step is possible. */
export class CardTransitionRefused extends AppError {
  readonly code = 'CARD_TRANSITION_REFUSED'
}

interface CardRow {
  card_uuid: string
  card_kind: CardKind
  holder_id: string
  card_state: CardState
  card_state_since: Date
  card_expires_at: Date
}

type StandingRow = CardRow & HolderRow & CertificateRow

const cardColumns = `c.card_uuid, c.kind as card_kind, c.holder_id, c.state as card_state,
  c.state_since as card_state_since, c.expires_at as card_expires_at`

const standingColumns = `${certificateColumns}, ${cardColumns}, ${holderColumns}`

const standingTables = `certificates t
  join cards c on c.card_uuid = t.card_uuid
  join holders h on h.id = c.holder_id`

export function createCardStore(db: Queryable): CardStore {
  return {
    insert: (card) => insert(db, card),
    find: (cardUuid) => find(db, cardUuid),
    changeState: (cardUuid, change) => changeState(db, cardUuid, change),
    listByHolder: (holderId) => listByHolder(db, holderId),
    findCertificateStanding: (fingerprint) => findCertificateStanding(db, fingerprint),
    findCertificateByCard: (cardUuid, slot) => findCertificateByCard(db, cardUuid, slot),
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

async function find(db: Queryable, cardUuid: string): Promise<Card | null> {
  const { rows } = await db.query<CardRow>(
    `select ${cardColumns} from cards c where c.card_uuid = $1`,
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

async function findCertificateStanding(
  db: Queryable,
  fingerprint: Buffer,
): Promise<CertificateStanding | null> {
  const { rows } = await db.query<StandingRow>(
    `select ${standingColumns} from ${standingTables} where t.fingerprint = $1`,
    [fingerprint],
    { name: 'certificate-standing' },
  )
  return rows[0] === undefined ? null : toStanding(rows[0])
}

async function findCertificateByCard(
  db: Queryable,
  cardUuid: string,
  slot: KeySlot,
): Promise<CertificateStanding | null> {
  const { rows } = await db.query<StandingRow>(
    `select ${standingColumns} from ${standingTables}
     where t.card_uuid = $1 and t.slot = $2 and t.status <> 'prepared'
     order by t.status in ('active', 'suspended') desc, t.not_before desc limit 1`,
    [cardUuid, slot],
    { name: 'certificate-by-card' },
  )
  return rows[0] === undefined ? null : toStanding(rows[0])
}

function toCard(row: CardRow): Card {
  return {
    cardUuid: row.card_uuid,
    kind: row.card_kind,
    holderId: row.holder_id,
    state: row.card_state,
    stateSince: row.card_state_since,
    expiresAt: row.card_expires_at,
  }
}

function toStanding(row: StandingRow): CertificateStanding {
  return {
    certificate: toRegisteredCertificate(row),
    card: toCard(row),
    holder: toHolder(row),
  }
}
