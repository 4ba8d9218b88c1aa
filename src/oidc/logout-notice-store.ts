import type { Queryable } from '../db/pool.ts'

/** A logout token that a client has to get (OpenID Connect Back-Channel Logout 1.0 §2.4). */
export interface LogoutNotice {
  readonly sessionUid: string
  readonly signedInAt: Date
  readonly clientId: string
  readonly holderId: string
  /** The session id as this client knows it. */
  readonly sid: string | undefined
  readonly cause: LogoutCause
}

export interface LogoutCause {
  /** What the session rested on, or `sign-out` where a person ended it. */
  readonly kind: string
  /** Of the subject; of the holder for `sign-out`. */
  readonly id: string
  /** The end that the registry keeps; null where there is none. */
  readonly endingId: string | null
}

/** In the hands of the node that got it, until `due`: then others may take it. */
export interface TakenNotice extends LogoutNotice {
  readonly id: string
  /** With the one that is about to be made. */
  readonly attempts: number
}

/** `not-subscribed`: it registered no address for this, or is disabled. */
export type LogoutOutcome = 'told' | 'not-told' | 'not-subscribed'

export interface LogoutReceipt {
  readonly sessionUid: string
  readonly clientId: string
  /** `open`: not told yet, it goes on being tried. */
  readonly outcome: LogoutOutcome | 'open'
}

/** A receipt as the registry keeps it, with how long it took from the end of the standing. */
export interface KeptReceipt extends LogoutReceipt {
  readonly clientName: { readonly vi: string; readonly en: string } | null
  readonly attempts: number
  /** Milliseconds; null while it is open. */
  readonly tookMs: number | null
}

export interface LogoutNoticeStore {
  /**
   * Writes all of them in one statement, each taken by the caller already.
   *
   * @returns those that nobody had written before
   */
  insert(notices: readonly LogoutNotice[], dueAt: Date): Promise<TakenNotice[]>
  /** Takes what is due at `now`, whoever had it before; one of many concurrent callers gets each. */
  takeDue(at: { now: Date; dueAt: Date; limit: number }): Promise<TakenNotice[]>
  /** It failed and is tried again at `dueAt`. */
  postpone(id: string, dueAt: Date): Promise<void>
  /** The receipt. Final. */
  finish(id: string, outcome: LogoutOutcome): Promise<void>
  /** The receipts of one end, the slowest last. */
  receiptsOf(endingId: string): Promise<KeptReceipt[]>
  /** Removes receipts from before `before`. @returns how many */
  purge(before: Date): Promise<number>
}

interface NoticeRow {
  id: string
  session_uid: string
  signed_in_at: Date
  client_id: string
  holder_id: string
  sid: string | null
  cause_kind: string
  cause_id: string
  ending_id: string | null
  attempts: number
}

const columns = `id, session_uid, signed_in_at, client_id, holder_id, sid, cause_kind, cause_id,
  ending_id, attempts`

export function createLogoutNoticeStore(db: Queryable): LogoutNoticeStore {
  return {
    insert: (notices, dueAt) => insert(db, notices, dueAt),
    takeDue: (at) => takeDue(db, at),
    postpone: (id, dueAt) => postpone(db, id, dueAt),
    finish: (id, outcome) => finish(db, id, outcome),
    receiptsOf: (endingId) => receiptsOf(db, endingId),
    purge: (before) => purge(db, before),
  }
}

async function insert(
  db: Queryable,
  notices: readonly LogoutNotice[],
  dueAt: Date,
): Promise<TakenNotice[]> {
  if (notices.length === 0) return []
  const { rows } = await db.query<NoticeRow>(
    `insert into logout_notices (session_uid, signed_in_at, client_id, holder_id, sid, cause_kind,
       cause_id, ending_id, state, attempts, due_at)
     select *, 'open', 1, $9 from unnest($1::text[], $2::timestamptz[], $3::text[], $4::uuid[],
       $5::text[], $6::text[], $7::uuid[], $8::bigint[])
     on conflict do nothing returning ${columns}`,
    [
      notices.map(({ sessionUid }) => sessionUid),
      notices.map(({ signedInAt }) => signedInAt),
      notices.map(({ clientId }) => clientId),
      notices.map(({ holderId }) => holderId),
      notices.map(({ sid }) => sid ?? null),
      notices.map(({ cause }) => cause.kind),
      notices.map(({ cause }) => cause.id),
      notices.map(({ cause }) => cause.endingId),
      dueAt,
    ],
  )
  return rows.map(toTakenNotice)
}

async function takeDue(
  db: Queryable,
  { now, dueAt, limit }: { now: Date; dueAt: Date; limit: number },
): Promise<TakenNotice[]> {
  const { rows } = await db.query<NoticeRow>(
    `update logout_notices set attempts = attempts + 1, due_at = $2
     where id in (select id from logout_notices where state = 'open' and due_at <= $1
       order by due_at limit $3 for update skip locked)
     returning ${columns}`,
    [now, dueAt, limit],
  )
  return rows.map(toTakenNotice)
}

async function postpone(db: Queryable, id: string, dueAt: Date): Promise<void> {
  await db.query(`update logout_notices set due_at = $2 where id = $1 and state = 'open'`, [
    id,
    dueAt,
  ])
}

async function finish(db: Queryable, id: string, outcome: LogoutOutcome): Promise<void> {
  await db.query(
    `update logout_notices set state = $2, finished_at = clock_timestamp()
     where id = $1 and state = 'open'`,
    [id, outcome],
  )
}

async function receiptsOf(db: Queryable, endingId: string): Promise<KeptReceipt[]> {
  const { rows } = await db.query<{
    session_uid: string
    client_id: string
    name_vi: string | null
    name_en: string | null
    state: LogoutReceipt['outcome']
    attempts: number
    took_ms: number | null
  }>(
    `select n.session_uid, n.client_id, c.name_vi, c.name_en, n.state, n.attempts,
       round(extract(epoch from n.finished_at - e.at) * 1000)::float8 as took_ms
     from logout_notices n join ended_standings e on e.id = n.ending_id
       left join clients c on c.client_id = n.client_id
     where n.ending_id = $1 order by n.finished_at nulls last, n.client_id, n.id`,
    [endingId],
  )
  return rows.map((row) => ({
    sessionUid: row.session_uid,
    clientId: row.client_id,
    clientName: row.name_vi === null ? null : { vi: row.name_vi, en: row.name_en ?? row.name_vi },
    outcome: row.state,
    attempts: row.attempts,
    tookMs: row.took_ms,
  }))
}

async function purge(db: Queryable, before: Date): Promise<number> {
  const { rowCount } = await db.query(`delete from logout_notices where finished_at < $1`, [before])
  return rowCount
}

function toTakenNotice(row: NoticeRow): TakenNotice {
  return {
    id: row.id,
    sessionUid: row.session_uid,
    signedInAt: row.signed_in_at,
    clientId: row.client_id,
    holderId: row.holder_id,
    sid: row.sid ?? undefined,
    cause: { kind: row.cause_kind, id: row.cause_id, endingId: row.ending_id },
    attempts: row.attempts,
  }
}
