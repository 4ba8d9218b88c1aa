import type { Queryable } from '../db/pool.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { CardRequest, PinMode } from './batch.ts'

export interface LoadedBatch {
  readonly id: string
  readonly payloadSha256: Buffer
  readonly createdAt: Date
  readonly preparedBy: string
  /** null below the size that needs a second person. */
  readonly approvedBy: string | null
  readonly loadedAt: Date
  readonly loadedBy: string
  readonly cancelledAt: Date | null
  readonly cancelReason: string | null
}

export const itemStates = ['waiting', 'running', 'issued', 'failed', 'cancelled'] as const
export type ItemState = (typeof itemStates)[number]

/** How many requests of a batch are where. */
export type ItemCounts = Readonly<Record<ItemState, number>>

export interface BatchItem {
  readonly id: string
  readonly batchId: string
  /** Its place in the file, from 1. */
  readonly number: number
  readonly holderId: string
  readonly kind: CardKind
  readonly pin: PinMode
  readonly replaces: string | null
  readonly photo: CardRequest['photo']
  readonly state: ItemState
  /** Where it is or was worked on; null before that. */
  readonly desk: string | null
  readonly cardUuid: string | null
  /** Why it failed. */
  readonly reason: string | null
  readonly attempts: number
  readonly endedAt: Date | null
}

interface BatchRow {
  id: string
  payload_sha256: Buffer
  created_at: Date
  prepared_by: string
  approved_by: string | null
  loaded_at: Date
  loaded_by: string
  cancelled_at: Date | null
  cancel_reason: string | null
}

export interface ItemRow {
  id: string
  batch_id: string
  number: number
  holder_id: string
  kind: CardKind
  pin: PinMode
  replaces: string | null
  photo: string | null
  photo_sha256: Buffer | null
  state: ItemState
  desk: string | null
  card_uuid: string | null
  reason: string | null
  attempts: number
  ended_at: Date | null
}

const batchColumns = `b.id, b.payload_sha256, b.created_at, b.prepared_by, b.approved_by, b.loaded_at,
  b.loaded_by, b.cancelled_at, b.cancel_reason`

export const itemColumns = `i.id, i.batch_id, i.number, i.holder_id, i.kind, i.pin, i.replaces,
  i.photo, i.photo_sha256, i.state, i.desk, i.card_uuid, i.reason, i.attempts, i.ended_at`

/** @throws Duplicate when the batch was loaded before, or a holder waits for such a card already */
export async function insertBatch(
  db: Queryable,
  batch: Omit<LoadedBatch, 'cancelledAt' | 'cancelReason'>,
  file: string,
): Promise<void> {
  await db.query(
    `insert into batches (id, payload_sha256, file, created_at, prepared_by, approved_by,
       loaded_at, loaded_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ...[batch.id, batch.payloadSha256, file, batch.createdAt, batch.preparedBy],
      ...[batch.approvedBy, batch.loadedAt, batch.loadedBy],
    ],
  )
}

export async function insertItems(
  db: Queryable,
  batchId: string,
  requests: readonly CardRequest[],
): Promise<void> {
  await db.query(
    `insert into batch_items (id, batch_id, number, holder_id, kind, pin, replaces, photo,
       photo_sha256, state)
     select id, $1, number, holder_id, kind, pin, replaces, photo, decode(photo_sha256, 'hex'),
       'waiting'
     from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[])
       with ordinality as asked (id, holder_id, kind, pin, replaces, photo, photo_sha256, number)`,
    [
      batchId,
      requests.map(({ id }) => id),
      requests.map(({ holderId }) => holderId),
      requests.map(({ kind }) => kind),
      requests.map(({ pin }) => pin),
      requests.map(({ replaces }) => replaces),
      requests.map(({ photo }) => photo?.file ?? null),
      requests.map(({ photo }) => photo?.sha256 ?? null),
    ],
  )
}

export async function findBatch(db: Queryable, id: string): Promise<LoadedBatch | null> {
  const { rows } = await db.query<BatchRow>(
    `select ${batchColumns} from batches b where b.id = $1`,
    [id],
  )
  return rows[0] === undefined ? null : toBatch(rows[0])
}

/** Newest first. */
export async function listBatches(
  db: Queryable,
  limit: number,
): Promise<{ readonly batch: LoadedBatch; readonly counts: ItemCounts }[]> {
  const { rows } = await db.query<BatchRow & { counts: Partial<ItemCounts> | null }>(
    `select ${batchColumns}, (
       select json_object_agg(state, count) from (
         select state, count(*) from batch_items where batch_id = b.id group by state) by_state
     ) as counts
     from batches b order by b.loaded_at desc, b.id limit $1`,
    [limit],
  )
  return rows.map((row) => ({ batch: toBatch(row), counts: countsOf(row.counts ?? {}) }))
}

export async function countItems(db: Queryable, batchId: string): Promise<ItemCounts> {
  const { rows } = await db.query<{ state: ItemState; count: number }>(
    `select state, count(*)::integer as count from batch_items where batch_id = $1 group by state`,
    [batchId],
  )
  return countsOf(Object.fromEntries(rows.map(({ state, count }) => [state, count])))
}

function countsOf(found: Partial<ItemCounts>): ItemCounts {
  const { waiting = 0, running = 0, issued = 0, failed = 0, cancelled = 0 } = found
  return { waiting, running, issued, failed, cancelled }
}

/** In the order of the file. */
export async function listItems(db: Queryable, batchId: string): Promise<BatchItem[]> {
  const { rows } = await db.query<ItemRow>(
    `select ${itemColumns} from batch_items i where i.batch_id = $1 order by i.number`,
    [batchId],
  )
  return rows.map(toItem)
}

function toBatch(row: BatchRow): LoadedBatch {
  return {
    id: row.id,
    payloadSha256: row.payload_sha256,
    createdAt: row.created_at,
    preparedBy: row.prepared_by,
    approvedBy: row.approved_by,
    loadedAt: row.loaded_at,
    loadedBy: row.loaded_by,
    cancelledAt: row.cancelled_at,
    cancelReason: row.cancel_reason,
  }
}

export function toItem(row: ItemRow): BatchItem {
  const { photo, photo_sha256: sha256 } = row
  return {
    id: row.id,
    batchId: row.batch_id,
    number: row.number,
    holderId: row.holder_id,
    kind: row.kind,
    pin: row.pin,
    replaces: row.replaces,
    photo: photo && sha256 ? { file: photo, sha256: sha256.toString('hex') } : null,
    state: row.state,
    desk: row.desk,
    cardUuid: row.card_uuid,
    reason: row.reason,
    attempts: row.attempts,
    endedAt: row.ended_at,
  }
}
