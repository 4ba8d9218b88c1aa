import type { Queryable } from '../db/pool.ts'
import { recordColumns, toRecord, type AuditRecord, type RecordRow } from './audit-record.ts'

/** The order of the chain: transaction, then id. */
export interface ChainKey {
  readonly xid: bigint
  readonly id: bigint
}

/** Below and above every event's; whoever may insert may choose an id below zero. */
export const lowestKey: ChainKey = { xid: 0n, id: -(2n ** 63n) }
export const highestKey: ChainKey = { xid: 2n ** 64n - 1n, id: 2n ** 63n - 1n }

export function isAfter(a: ChainKey, b: ChainKey): boolean {
  return a.xid === b.xid ? a.id > b.id : a.xid > b.xid
}

export interface ChainLink {
  readonly seq: number
  readonly hash: Buffer
  readonly key: ChainKey
}

/** A link and its event; null where there is no such event any more. */
export interface LinkedEvent extends ChainLink {
  readonly event: AuditRecord | null
}

/** Which events are in one order: all, until the registry moves to another PostgreSQL. */
export interface OrderSection {
  /** The section's first link comes after this one. */
  readonly afterSeq: number
  readonly afterId: bigint
}

const firstSection: OrderSection = { afterSeq: 0, afterId: lowestKey.id }

/** Any number will do, as long as every version of this service takes the same. */
const lockKey = 7_214_402_933

/** One at a time writes the chain. @returns false, at once, where another one does */
export async function tryLockChain(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    'select pg_try_advisory_xact_lock($1) as locked',
    [lockKey],
  )
  return rows[0]?.locked === true
}

export async function lockChain(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [lockKey])
}

/** The last link, or null where there is none. */
export async function readTail(db: Queryable): Promise<ChainLink | null> {
  const { rows } = await db.query<LinkRow>(
    'select seq, hash, xid, event_id from audit_links order by seq desc limit 1',
  )
  return rows[0] === undefined ? null : toLink(rows[0])
}

/** The section that new events belong to. */
export async function readCurrentSection(db: Queryable): Promise<OrderSection> {
  const { rows } = await db.query<{ seq: string; restart_after_id: string }>(
    `select seq, restart_after_id from audit_checkpoints
     where restart_after_id is not null order by number desc limit 1`,
  )
  const [row] = rows
  if (row === undefined) return firstSection
  return { afterSeq: Number(row.seq), afterId: BigInt(row.restart_after_id) }
}

/** Where the next events come after. */
export async function readCursor(
  db: Queryable,
): Promise<{ tail: ChainLink | null; section: OrderSection; after: ChainKey }> {
  const tail = await readTail(db)
  const section = await readCurrentSection(db)
  const isFresh = tail === null || tail.seq <= section.afterSeq
  return { tail, section, after: isFresh ? lowestKey : tail.key }
}

/**
 * Events after the cursor that no running transaction can come before, in the order of the chain.
 *
 * @param options.isSettled - true where no transaction of this PostgreSQL wrote them
 */
export async function readUnlinked(
  db: Queryable,
  cursor: { readonly section: OrderSection; readonly after: ChainKey },
  options: { readonly limit: number; readonly isSettled?: boolean },
): Promise<AuditRecord[]> {
  const { section, after } = cursor
  const bound =
    options.isSettled === true ? '' : 'and xid < pg_snapshot_xmin(pg_current_snapshot())'
  const { rows } = await db.query<RecordRow>(
    `select ${recordColumns} from audit_events e
     where (xid, id) > ($1::xid8, $2) and id + 0 > $3 ${bound} order by xid, id limit $4`,
    [String(after.xid), String(after.id), String(section.afterId), options.limit],
  )
  return rows.map(toRecord)
}

export async function insertLinks(tx: Queryable, links: readonly ChainLink[]): Promise<void> {
  await tx.query(
    `insert into audit_links (seq, event_id, xid, hash)
     select * from unnest($1::bigint[], $2::bigint[], $3::xid8[], $4::bytea[])`,
    [
      links.map(({ seq }) => seq),
      links.map(({ key }) => String(key.id)),
      links.map(({ key }) => String(key.xid)),
      links.map(({ hash }) => hash),
    ],
    { name: 'audit-link' },
  )
}

/** Links after `afterSeq` and up to `upToSeq` with their events, in the order of the chain. */
export async function readLinkedEvents(
  db: Queryable,
  range: { readonly afterSeq: number; readonly upToSeq: number; readonly limit: number },
): Promise<LinkedEvent[]> {
  const { rows } = await db.query<LinkRow & { link_xid: string } & (RecordRow | { id: null })>(
    `select l.seq, l.hash, l.link_xid, l.event_id, ${recordColumns}
     from (select seq, hash, xid as link_xid, event_id from audit_links
       where seq > $1 and seq <= $2 order by seq limit $3) l
     left join audit_events e on e.id = l.event_id order by l.seq`,
    [range.afterSeq, range.upToSeq, range.limit],
    { name: 'audit-read-chain' },
  )
  return rows.map((row) => ({
    ...toLink({ ...row, xid: row.link_xid }),
    event: row.id === null ? null : toRecord(row),
  }))
}

/** How many events wait for their link, and since when; an estimate above `countUpTo`. */
export async function readWaiting(
  db: Queryable,
  countUpTo = 100_000,
): Promise<{ count: number; oldestAt: Date | null }> {
  const { section, after } = await readCursor(db)
  const { rows } = await db.query<{ count: string; oldest_at: Date | null }>(
    `select count(*), min(at) as oldest_at from (select at from audit_events
       where (xid, id) > ($1::xid8, $2) and id + 0 > $3 order by xid, id limit $4) waiting`,
    [String(after.xid), String(after.id), String(section.afterId), countUpTo],
  )
  return { count: Number(rows[0]?.count), oldestAt: rows[0]?.oldest_at ?? null }
}

/**
 * True where this PostgreSQL has not yet given out the transaction that new events have to come
 * after: the chain came from another one, and nobody has told of the move.
 */
export async function isMoved(db: Queryable): Promise<boolean> {
  const { after } = await readCursor(db)
  const { rows } = await db.query<{ moved: boolean }>(
    'select $1::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) as moved',
    [String(after.xid)],
  )
  return rows[0]?.moved === true
}

export async function highestLinkedId(db: Queryable): Promise<bigint> {
  const { rows } = await db.query<{ max: string | null }>(
    'select max(event_id) as max from audit_links',
  )
  return BigInt(rows[0]?.max ?? 0)
}

interface LinkRow {
  seq: string
  hash: Buffer
  xid: string
  event_id: string
}

function toLink(row: LinkRow): ChainLink {
  const key = { xid: BigInt(row.xid), id: BigInt(row.event_id) }
  return { seq: Number(row.seq), hash: row.hash, key }
}
