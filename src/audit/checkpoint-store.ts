import type { Queryable } from '../db/pool.ts'
import type { Checkpoint } from './checkpoint.ts'

/** A row: what it says of itself is not proven before its signature is. */
export interface StoredCheckpoint {
  readonly number: number
  readonly seq: number
  readonly at: Date
  readonly restartAfterId: string | null
  readonly jws: string
}

export async function insertCheckpoint(
  tx: Queryable,
  { number, seq, at, restartAfterId }: Checkpoint,
  jws: string,
): Promise<void> {
  await tx.query(
    `insert into audit_checkpoints (number, seq, at, restart_after_id, jws)
     values ($1, $2, $3, $4, $5)`,
    [number, seq, at, restartAfterId, jws],
  )
}

export async function readLastCheckpoint(db: Queryable): Promise<StoredCheckpoint | null> {
  const { rows } = await db.query<CheckpointRow>(
    `select ${columns} from audit_checkpoints order by number desc limit 1`,
  )
  return rows[0] === undefined ? null : toCheckpoint(rows[0])
}

/** The checkpoints of links after `afterSeq` and up to `upToSeq` (null: to the end), by number. */
export async function readCheckpoints(
  db: Queryable,
  range: { readonly afterSeq: number; readonly upToSeq: number | null },
): Promise<StoredCheckpoint[]> {
  const { rows } = await db.query<CheckpointRow>(
    `select ${columns} from audit_checkpoints
     where seq > $1 and ($2::bigint is null or seq <= $2) order by number`,
    [range.afterSeq, range.upToSeq],
  )
  return rows.map(toCheckpoint)
}

/** Where the order starts anew, by number: one for each move of the registry. */
export async function readRestarts(db: Queryable): Promise<StoredCheckpoint[]> {
  const { rows } = await db.query<CheckpointRow>(
    `select ${columns} from audit_checkpoints where restart_after_id is not null order by number`,
  )
  return rows.map(toCheckpoint)
}

const columns = 'number, seq, at, restart_after_id, jws'

interface CheckpointRow {
  number: string
  seq: string
  at: Date
  restart_after_id: string | null
  jws: string
}

function toCheckpoint(row: CheckpointRow): StoredCheckpoint {
  return {
    number: Number(row.number),
    seq: Number(row.seq),
    at: row.at,
    restartAfterId: row.restart_after_id,
    jws: row.jws,
  }
}
