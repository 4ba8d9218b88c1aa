import type { Database, Queryable } from './pool.ts'

/**
 * The database as use-cases know it, with everything that they do in the transaction `tx`: what
 * they would commit commits with it.
 */
export function withinTransaction(db: Database, tx: Queryable): Database {
  return { ...db, ...tx, inTransaction: (work) => work(tx) }
}
