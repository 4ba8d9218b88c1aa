import type { Queryable } from '../db/pool.ts'
import type { ChainKey } from './chain-store.ts'

/** Which part of the order: after one key and up to another, among these ids. */
export interface KeyRange {
  readonly after: ChainKey
  readonly upTo: ChainKey
  readonly afterId: bigint
  /** Null for no bound. */
  readonly upToId: bigint | null
}

/** `id + 0`, so that PostgreSQL goes along the order and never along all ids. */
const inRange = `(e.xid, e.id) > ($1::xid8, $2) and (e.xid, e.id) <= ($3::xid8, $4)
  and e.id + 0 > $5 and ($6::bigint is null or e.id + 0 <= $6)`

export async function countEvents(db: Queryable, range: KeyRange): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from audit_events e where ${inRange}`,
    toValues(range),
    { name: 'audit-count' },
  )
  return Number(rows[0]?.count)
}

/** Events of the range that are not in the chain; at most `limit`. */
export async function readStrays(
  db: Queryable,
  range: KeyRange,
  limit: number,
): Promise<ChainKey[]> {
  const { rows } = await db.query<{ xid: string; id: string }>(
    `select e.xid, e.id from audit_events e where ${inRange}
       and not exists (select from audit_links l where l.event_id = e.id)
     order by e.xid, e.id limit $7`,
    [...toValues(range), limit],
  )
  return rows.map(({ xid, id }) => ({ xid: BigInt(xid), id: BigInt(id) }))
}

/** Where this hash stands in the chain; null for nowhere. Reads the whole chain. */
export async function findSeqOfHash(db: Queryable, hash: Buffer): Promise<number | null> {
  const { rows } = await db.query<{ seq: string }>(
    'select seq from audit_links where hash = $1 order by seq limit 1',
    [hash],
  )
  return rows[0] === undefined ? null : Number(rows[0].seq)
}

function toValues({ after, upTo, afterId, upToId }: KeyRange): unknown[] {
  const keys = [after.xid, after.id, upTo.xid, upTo.id, afterId].map(String)
  return [...keys, upToId === null ? null : String(upToId)]
}
