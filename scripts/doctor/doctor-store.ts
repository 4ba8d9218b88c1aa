import type { Queryable } from '../../src/db/pool.ts'

/** What the doctor counts, across the tables of all domains. Quick at ten million cards. */
export interface DatabaseFacts {
  readonly version: string
  /** The last migration, such as `0018-mail`. */
  readonly migration: string
  /** The database's own clock. */
  readonly now: Date
}

export async function readDatabaseFacts(db: Queryable): Promise<DatabaseFacts> {
  const { rows } = await db.query<DatabaseFacts>(
    `select current_setting('server_version') as version, clock_timestamp() as now,
       (select name from schema_migrations order by id desc limit 1) as migration`,
  )
  const [facts] = rows as [DatabaseFacts]
  return facts
}

/** How many certificates in use end from `from` to `until`. */
export async function countEnding(
  db: Queryable,
  { from, until }: { readonly from: Date; readonly until: Date },
): Promise<{ readonly cards: number; readonly terminals: number }> {
  const { rows } = await db.query<{ cards: number; terminals: number }>(
    `select count(card_uuid)::integer as cards, count(terminal_id)::integer as terminals
     from certificates where status = 'active' and not_after between $1 and $2`,
    [from, until],
  )
  const [counts] = rows as [{ cards: number; terminals: number }]
  return counts
}

/** Cards whose PUK somebody was told and that still have it. */
export async function countPuksReadOut(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::integer as count from cards
     where puk_next_version is not null and puk_read_out_at is not null`,
  )
  return rows[0]?.count ?? 0
}

/** What should have been told to applications before `before`, and was not. */
export async function countStuckLogouts(
  db: Queryable,
  before: Date,
): Promise<{ readonly open: number; readonly waiting: number }> {
  const { rows } = await db.query<{ open: number; waiting: number }>(
    `select
       (select count(distinct client_id)::integer from logout_notices
        where state = 'open' and attempts > 0 and due_at < $1) as open,
       (select count(*)::integer from ended_standings
        where sessions_ended_at is null and at < $1) as waiting`,
    [before],
  )
  const [counts] = rows as [{ open: number; waiting: number }]
  return counts
}

/** Of the queue of mails: what was given up since `failedSince`, and what waits from before. */
export interface MailQueueFacts {
  readonly failed: number
  /** Why the last one was given up; null: none was. */
  readonly lastError: string | null
  readonly waiting: number
  /** null: none waits for so long. */
  readonly oldest: Date | null
}

/** Sent mails lie in the index of the failed ones too: a week of them is read, no more. */
export async function readMailQueue(
  db: Queryable,
  { failedSince, waitingBefore }: { readonly failedSince: Date; readonly waitingBefore: Date },
): Promise<MailQueueFacts> {
  const { rows } = await db.query<{
    failed: number
    last_error: string | null
    waiting: number
    oldest: Date | null
  }>(
    `select gone.failed, gone.last_error, waits.waiting, waits.oldest
     from (select count(*)::integer as failed,
             (array_agg(last_error order by failed_at desc))[1] as last_error
           from mails
           where coalesce(sent_at, failed_at) >= $1 and failed_at is not null) gone,
       (select count(*)::integer as waiting, min(created_at) as oldest from mails
        where sent_at is null and failed_at is null and created_at < $2) waits`,
    [failedSince, waitingBefore],
  )
  const [{ failed, last_error: lastError, waiting, oldest }] = rows as [(typeof rows)[number]]
  return { failed, lastError, waiting, oldest }
}
