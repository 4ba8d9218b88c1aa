import type { Database, Queryable } from '../db/pool.ts'
import { AppError, DatabaseUnavailable, type Facts } from '../errors.ts'

export interface StatusAuditEvent {
  readonly at: Date
  readonly event: `certificate.${string}` | `authority.${string}`
  readonly outcome: 'intended' | 'succeeded' | 'refused'
  /** Why, as the person who asked put it. */
  readonly reason: string | null
  readonly actor: string
  readonly cardUuid?: string | null
  readonly terminalId?: string | null
  readonly facts: Facts
}

/** The audit log bound to a transaction or to none: `createAuditStore` is one. */
export type AuditOn = (db: Queryable) => { append(event: StatusAuditEvent): Promise<void> }

export interface AuditedDeps {
  readonly db: Database
  readonly auditOn: AuditOn
}

/** What a change came to, and whom it turned out to be about. */
export interface Changed<T> {
  readonly result: T
  readonly about?: Pick<StatusAuditEvent, 'cardUuid' | 'terminalId'>
}

const unexpected = { code: 'UNEXPECTED' }

/**
 * Intent before; the change and its outcome in one transaction; a refusal after. A crash between
 * leaves what it found, and an intent without an outcome.
 */
export async function audited<T>(
  { db, auditOn }: AuditedDeps,
  event: Omit<StatusAuditEvent, 'outcome'>,
  change: (tx: Queryable) => Promise<Changed<T>>,
): Promise<T> {
  await auditOn(db).append({ ...event, outcome: 'intended' })
  try {
    return await db.inTransaction(async (tx) => {
      const { result, about } = await change(tx)
      await auditOn(tx).append({ ...event, ...about, outcome: 'succeeded' })
      return result
    })
  } catch (error) {
    // Whether a commit that nobody answered came to pass, only the registry can say.
    if (!(error instanceof DatabaseUnavailable)) {
      const why = error instanceof AppError ? { ...error.facts, code: error.code } : unexpected
      const facts = { ...event.facts, ...why }
      await auditOn(db).append({ ...event, facts, outcome: 'refused' })
    }
    throw error
  }
}
