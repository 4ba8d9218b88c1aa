import type { Queryable } from '../db/pool.ts'

/** Which PUK is on a card, and which one has to take its place. */
export interface PukStanding {
  /** On the card; null where it was issued without one of ours. */
  readonly version: number | null
  /** Owed to the card: the one on it was given out of our hands. Null: nothing is owed. */
  readonly nextVersion: number | null
  /** When the card was told to take the next one: it has either. Null: it has `version`. */
  readonly changeAt: Date | null
  /** When somebody was told what is on the card; null once that is replaced. */
  readonly readOutAt: Date | null
}

interface PukRow {
  puk_version: number | null
  puk_next_version: number | null
  puk_change_at: Date | null
  puk_read_out_at: Date | null
}

const columns = 'puk_version, puk_next_version, puk_change_at, puk_read_out_at'

/** Null: there is no such card. */
export async function findPukStanding(
  db: Queryable,
  cardUuid: string,
): Promise<PukStanding | null> {
  const { rows } = await db.query<PukRow>(`select ${columns} from cards where card_uuid = $1`, [
    cardUuid,
  ])
  return rows[0] === undefined ? null : toStanding(rows[0])
}

/** Before the PUK leaves our hands: from here on the card is owed another. */
export async function owePuk(db: Queryable, cardUuid: string): Promise<void> {
  await db.query(
    `update cards set puk_next_version = coalesce(puk_next_version, puk_version + 1)
     where card_uuid = $1 and puk_version is not null`,
    [cardUuid],
  )
}

/** Before the card is told to take the next one. */
export async function beginPukChange(db: Queryable, cardUuid: string, at: Date): Promise<void> {
  await db.query(
    `update cards set puk_change_at = $2 where card_uuid = $1 and puk_next_version is not null`,
    [cardUuid, at],
  )
}

/** The card turned out to have the old one still. */
export async function keepPuk(db: Queryable, cardUuid: string): Promise<void> {
  await db.query(`update cards set puk_change_at = null where card_uuid = $1`, [cardUuid])
}

/** The card has that one now, which nobody outside knows. */
export async function takePuk(db: Queryable, cardUuid: string, version: number): Promise<void> {
  await db.query(
    `update cards set puk_version = $2, puk_next_version = null, puk_change_at = null,
       puk_read_out_at = null
     where card_uuid = $1`,
    [cardUuid, version],
  )
}

/** @returns false where the card has no PUK of ours */
export async function markPukReadOut(db: Queryable, cardUuid: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update cards set puk_read_out_at = $2,
       puk_next_version = coalesce(puk_next_version, puk_version + 1)
     where card_uuid = $1 and puk_version is not null`,
    [cardUuid, at],
  )
  return rowCount > 0
}

function toStanding(row: PukRow): PukStanding {
  return {
    version: row.puk_version,
    nextVersion: row.puk_next_version,
    changeAt: row.puk_change_at,
    readOutAt: row.puk_read_out_at,
  }
}
