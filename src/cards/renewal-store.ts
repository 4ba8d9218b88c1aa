import type { Queryable } from '../db/pool.ts'

/** One attempt to renew a card in place. What is `running` is taken up again with the card. */
export interface Renewal {
  readonly id: string
  readonly cardUuid: string
  /** The reader or terminal. */
  readonly desk: string
  /** What was about to happen to the card when the attempt was last heard of. */
  readonly step: string
  readonly actor: string
  /** The card's end, once it is renewed. */
  readonly expiresAt: Date
  /** SHA-256 of the certificates whose places are taken. */
  readonly outdated: readonly Buffer[]
  readonly startedAt: Date
}

interface RenewalRow {
  id: string
  card_uuid: string
  desk: string
  step: string
  actor: string
  expires_at: Date
  outdated: Buffer[]
  started_at: Date
}

const columns = 'r.id, r.card_uuid, r.desk, r.step, r.actor, r.expires_at, r.outdated, r.started_at'

/** @throws Duplicate when one is running for the card */
export async function insertRenewal(db: Queryable, renewal: Renewal): Promise<void> {
  const { id, cardUuid, desk, step, actor, expiresAt, outdated, startedAt } = renewal
  await db.query(
    `insert into card_renewals (id, card_uuid, desk, step, state, actor, expires_at, outdated,
       started_at, step_at)
     values ($1, $2, $3, $4, 'running', $5, $6, $7, $8, $8)`,
    [id, cardUuid, desk, step, actor, expiresAt, outdated, startedAt],
  )
}

/** Before the card is touched. @returns false when it is over, or the card may not be used */
export async function reachRenewalStep(
  db: Queryable,
  { id, step, at }: { readonly id: string; readonly step: string; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update card_renewals r set step = $2, step_at = $3 from cards c
     where r.id = $1 and r.state = 'running' and c.card_uuid = r.card_uuid
       and c.state in ('issued', 'active')`,
    [id, step, at],
    { name: 'renewal-step' },
  )
  return rowCount === 1
}

/** The card lasts until the renewal's end from here on. @returns false when it was over already */
export async function finishRenewal(
  tx: Queryable,
  { id, at }: { readonly id: string; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with finished as (
       update card_renewals set state = 'finished', step = 'finished', step_at = $2, ended_at = $2
       where id = $1 and state = 'running' returning card_uuid, expires_at)
     update cards c set expires_at = f.expires_at from finished f where c.card_uuid = f.card_uuid`,
    [id, at],
  )
  return rowCount === 1
}

export function findRunningRenewal(db: Queryable, cardUuid: string): Promise<Renewal | null> {
  return findOne(db, `r.card_uuid = $1 and r.state = 'running'`, cardUuid)
}

/** The same for a card whose CHUID was lost in the middle of being written, by its chip. */
export function findRunningRenewalByChip(
  db: Queryable,
  chipSerial: string,
): Promise<Renewal | null> {
  const ofChip = `r.card_uuid in (select card_uuid from cards where chip_serial = $1)`
  return findOne(db, `${ofChip} and r.state = 'running'`, chipSerial)
}

/** Oldest first. */
export async function listRunningRenewals(db: Queryable): Promise<Renewal[]> {
  const { rows } = await db.query<RenewalRow>(
    `select ${columns} from card_renewals r where r.state = 'running'
     order by r.started_at, r.id`,
  )
  return rows.map(toRenewal)
}

async function findOne(db: Queryable, condition: string, value: string): Promise<Renewal | null> {
  const { rows } = await db.query<RenewalRow>(
    `select ${columns} from card_renewals r where ${condition}`,
    [value],
  )
  return rows[0] === undefined ? null : toRenewal(rows[0])
}

function toRenewal(row: RenewalRow): Renewal {
  return {
    id: row.id,
    cardUuid: row.card_uuid,
    desk: row.desk,
    step: row.step,
    actor: row.actor,
    expiresAt: row.expires_at,
    outdated: row.outdated,
    startedAt: row.started_at,
  }
}
