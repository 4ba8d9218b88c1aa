import type { Queryable } from '../db/pool.ts'
import type { CrlEntry } from './crl-entry.ts'
import type { StatusReason } from './revocation-reasons.ts'

/** One part of an authority's list; most authorities have one part, number 0. */
export interface CrlPart {
  readonly authorityId: string
  readonly partition: number
}

/** What is known of a published list besides its octets. */
export interface CrlRecord {
  readonly number: bigint
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly entries: number
}

interface RecordRow {
  number: string
  this_update: Date
  next_update: Date
  entries: number
}

const recordColumns = 'number, this_update, next_update, entries'

/**
 * Until the transaction ends nobody else publishes this part.
 *
 * @returns false when somebody does so right now
 */
export async function tryToLock(tx: Queryable, part: CrlPart): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as locked`,
    [lockName(part)],
  )
  return rows[0]?.locked === true
}

/** As `tryToLock`, but waits. */
export async function lock(tx: Queryable, part: CrlPart): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [lockName(part)])
}

function lockName({ authorityId, partition }: CrlPart): string {
  return `revocation list ${authorityId} ${partition}`
}

/** The list in force; null before the first. */
export async function findLast(db: Queryable, part: CrlPart): Promise<CrlRecord | null> {
  const { rows } = await db.query<RecordRow>(
    `select ${recordColumns} from crls where authority_id = $1 and partition = $2
     order by number desc limit 1`,
    [part.authorityId, part.partition],
  )
  return rows[0] === undefined ? null : toRecord(rows[0])
}

export async function findDer(
  db: Queryable,
  { authorityId, partition }: CrlPart,
  number: bigint,
): Promise<Buffer | null> {
  const { rows } = await db.query<{ der: Buffer }>(
    `select der from crls where authority_id = $1 and partition = $2 and number = $3`,
    [authorityId, partition, number],
  )
  return rows[0]?.der ?? null
}

/** The lists in force of all authorities. */
export async function listLast(db: Queryable): Promise<(CrlPart & CrlRecord)[]> {
  const { rows } = await db.query<RecordRow & { authority_id: string; partition: number }>(
    `select distinct on (authority_id, partition) authority_id, partition, ${recordColumns}
     from crls order by authority_id, partition, number desc`,
  )
  return rows.map((row) => ({
    authorityId: row.authority_id,
    partition: row.partition,
    ...toRecord(row),
  }))
}

/** The list in force of the authority with that name in addresses. */
export async function findLastBySlug(
  db: Queryable,
  slug: string,
  partition: number,
): Promise<(CrlPart & CrlRecord) | null> {
  const { rows } = await db.query<RecordRow & { authority_id: string }>(
    `select c.authority_id, ${recordColumns} from authorities a
       join crls c on c.authority_id = a.id
     where a.slug = $1 and c.partition = $2 order by c.number desc limit 1`,
    [slug, partition],
    { name: 'crl-in-force' },
  )
  const row = rows[0]
  return row === undefined ? null : { authorityId: row.authority_id, partition, ...toRecord(row) }
}

function toRecord(row: RecordRow): CrlRecord {
  return {
    number: BigInt(row.number),
    thisUpdate: row.this_update,
    nextUpdate: row.next_update,
    entries: row.entries,
  }
}

/** @throws Duplicate when the part has a list of that number */
export async function insertCrl(
  tx: Queryable,
  { authorityId, partition }: CrlPart,
  list: CrlRecord & { readonly der: Buffer },
): Promise<void> {
  const { number, thisUpdate, nextUpdate, entries, der } = list
  await tx.query(
    `insert into crls (authority_id, partition, ${recordColumns}, der)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [authorityId, partition, number, thisUpdate, nextUpdate, entries, der],
  )
}

/** Drops all but the last `keep` lists of a part: who is just fetching one still finds it. */
export async function dropOldCrls(
  tx: Queryable,
  { authorityId, partition }: CrlPart,
  keep: number,
): Promise<void> {
  await tx.query(
    `delete from crls where authority_id = $1 and partition = $2 and number not in (
       select number from crls where authority_id = $1 and partition = $2
       order by number desc limit $3)`,
    [authorityId, partition, keep],
  )
}

export interface ListedFilter {
  /** `thisUpdate` of the list before; null for the first. */
  readonly after: Date | null
  /** Authorities that this one signed and that are revoked: they have no row of a certificate. */
  readonly besides: readonly CrlEntry[]
}

interface EntryRow {
  serial_number: string
  /** Seconds since 1970: read in half the time that a `timestamptz` takes. */
  at: number
  reason: StatusReason
}

const rowsAtOnce = 10_000

/**
 * Everything that a part's next list has to tell, by serial number, in batches: one statement,
 * and memory for one batch.
 *
 * An expired certificate stays on until a list from after its end has had it (RFC 5280 §3.3).
 */
export async function* readListed(
  tx: Queryable,
  { authorityId, partition }: CrlPart,
  { after, besides }: ListedFilter,
): AsyncGenerator<CrlEntry[]> {
  // All of it will be read, so the plan that has its first row soonest is not the best one.
  await tx.query('set local cursor_tuple_fraction = 1')
  await tx.query(
    `declare listed no scroll cursor for
     select serial_number, date_part('epoch', coalesce(revoked_at, status_since)) as at, reason
     from certificates
     where authority_id = $1 and crl_partition = $2 and status in ('revoked', 'suspended')
       and ($3::timestamptz is null or not_after >= $3 or status_since >= $3)
     union all
     select * from unnest($4::text[], $5::float8[], $6::text[])
     order by serial_number`,
    [
      ...[authorityId, partition, after],
      ...[
        besides.map(({ serialNumber }) => serialNumber),
        besides.map(({ at }) => at.getTime() / 1000),
      ],
      besides.map(({ reason }) => reason),
    ],
  )
  for (;;) {
    const { rows } = await tx.query<EntryRow>(`fetch forward ${rowsAtOnce} from listed`)
    if (rows.length === 0) break
    yield rows.map(toEntry)
  }
  await tx.query('close listed')
}

function toEntry({ serial_number: serialNumber, at, reason }: EntryRow): CrlEntry {
  return { serialNumber, at: new Date(at * 1000), reason }
}
