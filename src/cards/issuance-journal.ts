import type { Queryable } from '../db/pool.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { Card } from './card.ts'
import type { ManagementKeyAlgorithm } from './desk-card.ts'

export type IssuanceState = 'running' | 'finished' | 'wiped' | 'abandoned'

/** One attempt to issue a card. What is `running` can be taken up again with the card. */
export interface Issuance {
  readonly id: string
  readonly cardUuid: string
  readonly holderId: string
  readonly kind: CardKind
  /** The card kind's profile, as it was called. */
  readonly profile: string
  /** The reader or terminal. */
  readonly desk: string
  readonly chipSerial: string | null
  /** What was about to happen to the card when the attempt was last heard of. */
  readonly step: string
  readonly state: IssuanceState
  readonly actor: string
  readonly startedAt: Date
}

/** Which of the card's own secrets are on it, or about to be; null before that. */
export interface CardSecretVersions {
  readonly pukVersion: number | null
  readonly managementKeyVersion: number | null
  readonly managementKeyAlgorithm: ManagementKeyAlgorithm | null
}

interface IssuanceRow {
  id: string
  card_uuid: string
  holder_id: string
  kind: CardKind
  profile: string
  desk: string
  chip_serial: string | null
  step: string
  state: IssuanceState
  actor: string
  started_at: Date
}

const columns = `i.id, i.card_uuid, i.holder_id, i.kind, i.profile, i.desk, i.chip_serial, i.step,
  i.state, i.actor, i.started_at`

/** @throws Duplicate when the card or the chip has an attempt that is running */
export async function insertIssuance(db: Queryable, issuance: Issuance): Promise<void> {
  const { id, cardUuid, holderId, kind, profile, desk, chipSerial, step, actor } = issuance
  const { state, startedAt } = issuance
  await db.query(
    `insert into card_issuances (id, card_uuid, holder_id, kind, profile, desk, chip_serial, step,
       state, actor, started_at, step_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
    [id, cardUuid, holderId, kind, profile, desk, chipSerial, step, state, actor, startedAt],
  )
}

/**
 * Says which request of a batch the attempt is for.
 *
 * @throws Duplicate when that request has an attempt that is running, or has its card
 */
export async function setOrder(db: Queryable, id: string, orderId: string): Promise<void> {
  await db.query(`update card_issuances set order_id = $2 where id = $1`, [id, orderId])
}

/** The attempt that a request of a batch has: running, or finished with its card. */
export async function findByOrder(
  db: Queryable,
  orderId: string,
): Promise<{
  readonly id: string
  readonly cardUuid: string
  readonly state: IssuanceState
} | null> {
  const { rows } = await db.query<Pick<IssuanceRow, 'id' | 'card_uuid' | 'state'>>(
    `select i.id, i.card_uuid, i.state from card_issuances i
     where i.order_id = $1 and i.state in ('running', 'finished')`,
    [orderId],
  )
  const [row] = rows
  return row === undefined ? null : { id: row.id, cardUuid: row.card_uuid, state: row.state }
}

/** Before the card is touched. @returns false when the attempt is over, so the card must be left */
export async function reachStep(
  db: Queryable,
  { id, step, at }: { readonly id: string; readonly step: string; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update card_issuances set step = $2, step_at = $3 where id = $1 and state = 'running'`,
    [id, step, at],
    { name: 'issuance-step' },
  )
  return rowCount === 1
}

/** @returns false when it was over already */
export async function endIssuance(
  db: Queryable,
  end: {
    readonly cardUuid: string
    readonly state: Exclude<IssuanceState, 'running'>
    readonly reason: string | null
    readonly at: Date
  },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update card_issuances set state = $2, reason = $3, ended_at = $4
     where card_uuid = $1 and (state = 'running' or (state = 'abandoned' and $2 = 'wiped'))`,
    [end.cardUuid, end.state, end.reason, end.at],
  )
  return rowCount > 0
}

/** The attempt that goes on with this card. */
export function findRunning(db: Queryable, cardUuid: string): Promise<Issuance | null> {
  return findOne(db, `i.card_uuid = $1 and i.state = 'running'`, [cardUuid])
}

/** The same for a card that does not carry its UUID yet, by its chip. */
export function findRunningByChip(db: Queryable, chipSerial: string): Promise<Issuance | null> {
  return findOne(db, `i.chip_serial = $1 and i.state = 'running'`, [chipSerial])
}

/**
 * Attempts for the same wish that may have left a card without a trace: it was not to be named
 * yet, and its chip does not number itself.
 */
export async function listUnnamed(
  db: Queryable,
  { holderId, kind }: Pick<Issuance, 'holderId' | 'kind'>,
): Promise<Issuance[]> {
  const { rows } = await db.query<IssuanceRow>(
    `select ${columns} from card_issuances i
     where i.holder_id = $1 and i.kind = $2 and i.state = 'running' and i.chip_serial is null
       and i.step in ('requested', 'identity')`,
    [holderId, kind],
  )
  return rows.map(toIssuance)
}

/** Oldest first. */
export async function listRunning(db: Queryable): Promise<Issuance[]> {
  const { rows } = await db.query<IssuanceRow>(
    `select ${columns} from card_issuances i where i.state = 'running' order by i.started_at, i.id`,
  )
  return rows.map(toIssuance)
}

async function findOne(
  db: Queryable,
  condition: string,
  values: readonly unknown[],
): Promise<Issuance | null> {
  const { rows } = await db.query<IssuanceRow>(
    `select ${columns} from card_issuances i where ${condition}`,
    values,
  )
  return rows[0] === undefined ? null : toIssuance(rows[0])
}

function toIssuance(row: IssuanceRow): Issuance {
  return {
    id: row.id,
    cardUuid: row.card_uuid,
    holderId: row.holder_id,
    kind: row.kind,
    profile: row.profile,
    desk: row.desk,
    chipSerial: row.chip_serial,
    step: row.step,
    state: row.state,
    actor: row.actor,
    startedAt: row.started_at,
  }
}

interface VersionsRow {
  puk_version: number | null
  management_key_version: number | null
  management_key_algorithm: ManagementKeyAlgorithm | null
}

/** null: there is no such card. */
export async function findSecretVersions(
  db: Queryable,
  cardUuid: string,
): Promise<CardSecretVersions | null> {
  const { rows } = await db.query<VersionsRow>(
    `select puk_version, management_key_version, management_key_algorithm
     from cards where card_uuid = $1`,
    [cardUuid],
  )
  const [row] = rows
  if (row === undefined) return null
  return {
    pukVersion: row.puk_version,
    managementKeyVersion: row.management_key_version,
    managementKeyAlgorithm: row.management_key_algorithm,
  }
}

/** Before the card gets them. */
export async function setManagementKeyVersion(
  db: Queryable,
  cardUuid: string,
  { version, algorithm }: { version: number; algorithm: ManagementKeyAlgorithm },
): Promise<void> {
  await db.query(
    `update cards set management_key_version = $2, management_key_algorithm = $3
     where card_uuid = $1`,
    [cardUuid, version, algorithm],
  )
}

export async function setPukVersion(
  db: Queryable,
  cardUuid: string,
  version: number,
): Promise<void> {
  await db.query(`update cards set puk_version = $2 where card_uuid = $1`, [cardUuid, version])
}

/** What the registry keeps of the chip, which card this one stands in for, and whether for a time. */
export async function setCardOrigin(
  db: Queryable,
  { cardUuid }: Pick<Card, 'cardUuid'>,
  origin: {
    readonly chipSerial: string | null
    readonly replaces: string | null
    readonly temporary: boolean
  },
): Promise<void> {
  const { chipSerial, replaces, temporary } = origin
  await db.query(
    `update cards set chip_serial = $2, replaces = $3, temporary = $4 where card_uuid = $1`,
    [cardUuid, chipSerial, replaces, temporary],
  )
}

/** Whether any card was ever made with secrets that follow from a master. */
export async function hasDiversifiedCards(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from cards where management_key_version is not null or puk_version is not null limit 1`,
  )
  return rowCount > 0
}
