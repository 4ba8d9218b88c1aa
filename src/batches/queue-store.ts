/**
 * The queue that desks take their work from. Leases run by the database's clock, the only one that
 * all desks share.
 */
import type { Queryable } from '../db/pool.ts'
import { itemColumns, toItem, type BatchItem, type ItemRow } from './batch-store.ts'

export interface Worker {
  /** The reader or terminal. */
  readonly desk: string
  /** The process there, `host:pid`. */
  readonly runner: string
}

export interface TakenItem extends BatchItem {
  readonly leaseId: string
}

export interface Taking extends Worker {
  readonly leaseId: string
  readonly leaseSeconds: number
}

/**
 * The next request that nobody works on, those first that a desk left behind; no two callers ever
 * get the same. null: there is none now.
 */
export async function takeNext(
  db: Queryable,
  batchId: string,
  { desk, runner, leaseId, leaseSeconds }: Taking,
): Promise<TakenItem | null> {
  const { rows } = await db.query<ItemRow>(
    `with next as (
       select n.id from batch_items n join batches b on b.id = n.batch_id
       where n.batch_id = $1 and b.cancelled_at is null
         and (n.state = 'waiting' or (n.state = 'running' and n.lease_until < now()))
       order by n.state = 'waiting', n.number
       for update of n skip locked
       limit 1
     )
     update batch_items i
     set state = 'running', desk = $2, runner = $3, lease_id = $4,
       lease_until = now() + make_interval(secs => $5), attempts = i.attempts + 1
     from next where i.id = next.id
     returning ${itemColumns}`,
    [batchId, desk, runner, leaseId, leaseSeconds],
  )
  return rows[0] === undefined ? null : { ...toItem(rows[0]), leaseId }
}

/** @returns false when somebody else has the request by now */
export async function renewLease(
  db: Queryable,
  { id, leaseId }: Pick<TakenItem, 'id' | 'leaseId'>,
  leaseSeconds: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update batch_items set lease_until = now() + make_interval(secs => $3)
     where id = $1 and lease_id = $2 and state = 'running'`,
    [id, leaseId, leaseSeconds],
  )
  return rowCount === 1
}

const noLease = `runner = null, lease_id = null, lease_until = null`

/** Back into the queue, for whoever comes next; out of it where the batch was cancelled meanwhile. */
export async function putBack(
  db: Queryable,
  { id, leaseId }: Pick<TakenItem, 'id' | 'leaseId'>,
  at: Date,
): Promise<void> {
  await db.query(
    `update batch_items i set ${noLease},
       state = case when b.cancelled_at is null then 'waiting' else 'cancelled' end,
       ended_at = case when b.cancelled_at is null then null else $3::timestamptz end
     from batches b
     where b.id = i.batch_id and i.id = $1 and i.lease_id = $2 and i.state = 'running'`,
    [id, leaseId, at],
  )
}

/** The request has its card. @returns false when somebody else has said so already */
export async function markIssued(
  db: Queryable,
  id: string,
  { cardUuid, at }: { readonly cardUuid: string; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update batch_items set state = 'issued', card_uuid = $2, ended_at = $3, ${noLease}
     where id = $1 and state = 'running'`,
    [id, cardUuid, at],
  )
  return rowCount === 1
}

/** @returns false when somebody else has the request by now */
export async function markFailed(
  db: Queryable,
  { id, leaseId }: Pick<TakenItem, 'id' | 'leaseId'>,
  { reason, at }: { readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update batch_items set state = 'failed', reason = $3, ended_at = $4, ${noLease}
     where id = $1 and lease_id = $2 and state = 'running'`,
    [id, leaseId, reason, at],
  )
  return rowCount === 1
}

/**
 * Failed requests go back into the queue.
 *
 * @param number - one of them; null for all
 * @returns their numbers
 * @throws Duplicate when the holder waits for such a card in another batch
 */
export async function requeueFailed(
  db: Queryable,
  batchId: string,
  number: number | null,
): Promise<number[]> {
  const { rows } = await db.query<{ number: number }>(
    `update batch_items set state = 'waiting', reason = null, ended_at = null
     where batch_id = $1 and state = 'failed' and ($2::integer is null or number = $2)
     returning number`,
    [batchId, number],
  )
  return rows.map((row) => row.number).sort((a, b) => a - b)
}

/** Processes that are at work on the batch, by their own account. */
export async function listRunners(db: Queryable, batchId: string): Promise<string[]> {
  const { rows } = await db.query<{ runner: string }>(
    `select distinct runner from batch_items where batch_id = $1 and state = 'running'`,
    [batchId],
  )
  return rows.map(({ runner }) => runner)
}

/** What a process left behind that is known to be gone may be taken at once. */
export async function endLeasesOf(db: Queryable, batchId: string, runner: string): Promise<void> {
  await db.query(
    `update batch_items set lease_until = now() - interval '1 second'
     where batch_id = $1 and runner = $2 and state = 'running'`,
    [batchId, runner],
  )
}

/** @returns false when it was cancelled before */
export async function markCancelled(
  db: Queryable,
  id: string,
  { by, reason, at }: { readonly by: string; readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update batches set cancelled_at = $2, cancelled_by = $3, cancel_reason = $4
     where id = $1 and cancelled_at is null`,
    [id, at, by, reason],
  )
  return rowCount === 1
}

/** What nobody works on leaves the queue. @returns how many */
export async function cancelWaiting(db: Queryable, batchId: string, at: Date): Promise<number> {
  const { rowCount } = await db.query(
    `update batch_items set state = 'cancelled', ended_at = $2, ${noLease}
     where batch_id = $1
       and (state = 'waiting' or (state = 'running' and lease_until < now()))`,
    [batchId, at],
  )
  return rowCount
}
