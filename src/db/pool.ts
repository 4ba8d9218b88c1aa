import pg from 'pg'
import type { Log } from '../log.ts'
import { toDatabaseError } from './database-error.ts'
import { listen } from './listener.ts'

/**
 * What a store needs of the database: one statement, one round trip.
 *
 * `timestamptz` arrives as Date, `uuid` as text, `bytea` as Buffer, `bigint` as text.
 *
 * @throws DatabaseUnavailable when PostgreSQL could not be asked
 * @throws Duplicate when a unique constraint refused the row; `facts.constraint` names it
 */
export interface Queryable {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each store states its row type beside its statement
  query<Row extends object>(
    text: string,
    values?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<{ rows: Row[]; rowCount: number }>
}

export interface QueryOptions {
  /** Prepares the statement once per connection under this name: for look-ups on every sign-in. */
  readonly name?: string
}

export interface Database extends Queryable {
  /** Commits when `work` resolves and rolls back when it rejects; the error is `work`'s own. */
  inTransaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /**
   * Hears each `pg_notify` on `channel` until the returned function is called.
   *
   * A lost connection comes back by itself. What was sent in between is lost, so `onReconnected`
   * is the moment to distrust everything that was remembered.
   */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnected: () => void,
  ): Promise<() => Promise<void>>
  /** Resolves while PostgreSQL answers. */
  ping(): Promise<void>
  /** Waits for running statements, then lets go of every connection. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly url: string
  readonly log: Log
  /** Default 10. */
  readonly maxConnections?: number
}

/** Opens nothing yet: the first statement connects. */
export function openDatabase({ url, log, maxConnections = 10 }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    // Prepared statements live with their connection, so a warm one is kept for a while.
    idleTimeoutMillis: 300_000,
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
    statement_timeout: 15_000,
    keepAlive: true,
    application_name: 'ecard-sso',
  })
  pool.on('error', (error) => {
    log.warn('db.connection-lost', { error: error.name })
  })
  // The pool does not listen to a connection that is lent to a transaction, and an error that
  // nobody hears ends the process; the transaction's own statement reports the loss.
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
  })
  const query = queryOn(pool)
  return {
    query,
    inTransaction: (work) => inTransaction(pool, work),
    listen: (channel, onPayload, onReconnected) =>
      listen({ url, channel, log, onPayload, onReconnected }),
    ping: async () => {
      await query('select 1')
    },
    close: () => pool.end(),
  }
}

function queryOn(target: pg.Pool | pg.PoolClient): Queryable['query'] {
  return async (text, values = [], { name } = {}) => {
    const statement = { text, values: [...values], ...(name === undefined ? {} : { name }) }
    try {
      // `never` fits every row type: the caller names the one that its statement returns.
      const { rows, rowCount } = await target.query<never>(statement)
      return { rows, rowCount: rowCount ?? 0 }
    } catch (error) {
      throw toDatabaseError(error)
    }
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toDatabaseError(error)
  })
  const tx: Queryable = { query: queryOn(client) }
  try {
    await tx.query('begin')
    const result = await work(tx)
    await tx.query('commit')
    client.release()
    return result
  } catch (error) {
    await rollBack(client)
    throw error
  }
}

/** A connection that cannot even roll back is not given to anybody else. */
async function rollBack(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback')
    client.release()
  } catch {
    client.release(true)
  }
}
