import type { Queryable } from '../db/pool.ts'
import type { MailFacts, MailLanguage, MailOrder, MailTemplate, TakenMail } from './mail.ts'

/** The queue of mails. Bound to a transaction, it orders a mail with what that transaction does. */
export interface MailStore {
  /** A second order of the same transaction about the same thing is the first one. */
  insert(order: MailOrder): Promise<void>
  /**
   * Takes one that is due at `now`, whoever had it before, until `until`; one of many concurrent
   * callers gets it. null: none is due.
   */
  takeDue(at: { now: Date; until: Date }): Promise<TakenMail | null>
  /** The server has it. Final. */
  markSent(mail: TakenMail, at: Date): Promise<void>
  /** It is tried again at `nextAttemptAt`. */
  postpone(mail: TakenMail, ending: { error: string; nextAttemptAt: Date }): Promise<void>
  /** It is not tried again. Final. */
  markFailed(mail: TakenMail, ending: { error: string; at: Date }): Promise<void>
  /** Removes what was sent or given up before `before`. @returns how many */
  purge(before: Date): Promise<number>
}

interface MailRow {
  id: string
  to_address: string
  template: MailTemplate
  language: MailLanguage | null
  facts: MailFacts
  created_at: Date
  attempts: number
}

const isOpen = 'sent_at is null and failed_at is null'

export function createMailStore(db: Queryable): MailStore {
  return {
    insert: (order) => insert(db, order),
    takeDue: (at) => takeDue(db, at),
    markSent: async ({ id, attempts }, at) => {
      await db.query(
        `update mails set sent_at = $3, last_error = null
         where id = $1 and attempts = $2 and ${isOpen}`,
        [id, attempts, at],
      )
    },
    postpone: async ({ id, attempts }, { error, nextAttemptAt }) => {
      await db.query(
        `update mails set next_attempt_at = $3, last_error = $4
         where id = $1 and attempts = $2 and ${isOpen}`,
        [id, attempts, nextAttemptAt, error],
      )
    },
    markFailed: async ({ id, attempts }, { error, at }) => {
      await db.query(
        `update mails set failed_at = $3, last_error = $4
         where id = $1 and attempts = $2 and ${isOpen}`,
        [id, attempts, at, error],
      )
    },
    purge: async (before) => {
      const { rowCount } = await db.query(
        `delete from mails
         where coalesce(sent_at, failed_at) < $1 and (sent_at is not null or failed_at is not null)`,
        [before],
      )
      return rowCount
    },
  }
}

async function insert(db: Queryable, order: MailOrder): Promise<void> {
  const { template, to, language, facts, subjectId, at } = order
  await db.query(
    `insert into mails (dedupe, to_address, template, language, facts, created_at, next_attempt_at)
     values ($1::text || ':' || pg_current_xact_id()::text, $2, $3, $4, $5, $6, $6)
     on conflict (dedupe) do nothing`,
    [`${template}:${subjectId}`, to, template, language, JSON.stringify(facts), at],
  )
}

async function takeDue(
  db: Queryable,
  { now, until }: { now: Date; until: Date },
): Promise<TakenMail | null> {
  const { rows } = await db.query<MailRow>(
    `update mails set attempts = attempts + 1, next_attempt_at = $2
     where id = (select id from mails where ${isOpen} and next_attempt_at <= $1
       order by next_attempt_at limit 1 for update skip locked)
     returning id, to_address, template, language, facts, created_at, attempts`,
    [now, until],
  )
  const [row] = rows
  if (row === undefined) return null
  const { id, template, language, facts, attempts } = row
  return { id, to: row.to_address, template, language, facts, createdAt: row.created_at, attempts }
}
