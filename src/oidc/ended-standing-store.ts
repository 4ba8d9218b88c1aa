import type { Queryable } from '../db/pool.ts'

/**
 * What the registry has kept of each end of a card, holder, terminal and so on, in the transaction
 * that made it. It stays open until its sessions are dead and whom to tell is written down.
 */
export interface EndedStandingStore {
  /** The ends of this subject whose sessions may still live, oldest first. */
  openOf(subject: Ended): Promise<string[]>
  /** Open ones from `before` or earlier, oldest first; at most `limit`. */
  listOpen(before: Date, limit: number): Promise<EndedStanding[]>
  /** Its sessions are dead and whom to tell is written down. */
  close(ids: readonly string[]): Promise<void>
  /** The newest end of this subject; null where it is not known (any more). */
  latestOf(subject: Ended): Promise<EndedStanding | null>
  /** Cards whose certificates this authority issued, from `after` on in the order of their serials. */
  cardsOfAuthority(authorityId: string, after: string): Promise<AuthorityCard[]>
  /** Removes what was closed before `before`. @returns how many */
  purge(before: Date): Promise<number>
}

/** `kind` is one of the session index's subjects, or `authority`: all cards that it issued. */
export interface Ended {
  readonly kind: string
  readonly id: string
}

export interface EndedStanding {
  readonly id: string
  readonly subject: Ended
  /** By the database's clock. */
  readonly at: Date
  readonly sessionsEndedAt: Date | null
}

export interface AuthorityCard {
  readonly cardUuid: string
  readonly serialNumber: string
}

interface EndedRow {
  id: string
  kind: string
  subject_id: string
  at: Date
  sessions_ended_at: Date | null
}

const columns = 'id, kind, subject_id, at, sessions_ended_at'
const cardsAtOnce = 500

export function createEndedStandingStore(db: Queryable): EndedStandingStore {
  return {
    openOf: (subject) => openOf(db, subject),
    listOpen: (before, limit) => listOpen(db, before, limit),
    close: (ids) => close(db, ids),
    latestOf: (subject) => latestOf(db, subject),
    cardsOfAuthority: (authorityId, after) => cardsOfAuthority(db, authorityId, after),
    purge: (before) => purge(db, before),
  }
}

async function openOf(db: Queryable, { kind, id }: Ended): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from ended_standings
     where kind = $1 and subject_id = $2 and sessions_ended_at is null order by id`,
    [kind, id],
  )
  return rows.map((row) => row.id)
}

async function listOpen(db: Queryable, before: Date, limit: number): Promise<EndedStanding[]> {
  const { rows } = await db.query<EndedRow>(
    `select ${columns} from ended_standings
     where sessions_ended_at is null and at <= $1 order by at, id limit $2`,
    [before, limit],
  )
  return rows.map(toEndedStanding)
}

async function close(db: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await db.query(
    `update ended_standings set sessions_ended_at = clock_timestamp()
     where id = any ($1::bigint[]) and sessions_ended_at is null`,
    [ids],
  )
}

async function latestOf(db: Queryable, { kind, id }: Ended): Promise<EndedStanding | null> {
  const { rows } = await db.query<EndedRow>(
    `select ${columns} from ended_standings
     where kind = $1 and subject_id = $2 order by id desc limit 1`,
    [kind, id],
  )
  return rows[0] === undefined ? null : toEndedStanding(rows[0])
}

async function cardsOfAuthority(
  db: Queryable,
  authorityId: string,
  after: string,
): Promise<AuthorityCard[]> {
  const { rows } = await db.query<{ card_uuid: string; serial_number: string }>(
    `select card_uuid, serial_number from certificates
     where authority_id = $1 and serial_number > $2 and card_uuid is not null
       and status in ('active', 'suspended')
     order by serial_number limit ${cardsAtOnce}`,
    [authorityId, after],
  )
  return rows.map((row) => ({ cardUuid: row.card_uuid, serialNumber: row.serial_number }))
}

async function purge(db: Queryable, before: Date): Promise<number> {
  const { rowCount } = await db.query(`delete from ended_standings where sessions_ended_at < $1`, [
    before,
  ])
  return rowCount
}

function toEndedStanding(row: EndedRow): EndedStanding {
  return {
    id: row.id,
    subject: { kind: row.kind, id: row.subject_id },
    at: row.at,
    sessionsEndedAt: row.sessions_ended_at,
  }
}
