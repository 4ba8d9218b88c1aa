import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'
import { toDatabaseError } from './database-error.ts'

const directory = fileURLToPath(new URL('./migrations', import.meta.url))

/** Any number will do, as long as every version of this service takes the same. */
const lockKey = 7_214_402_931

const silent = { info: noOp, warn: noOp, error: noOp }

/**
 * Brings the schema up to date and says which migrations it applied, in their order.
 *
 * Each migration runs in a transaction with its bookkeeping row. Concurrent starts wait for each
 * other, so all of them succeed and one of them does the work.
 *
 * @throws DatabaseUnavailable when PostgreSQL could not be asked
 */
export async function migrate(url: string): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', noOp)
  try {
    await client.connect()
    // The library's own lock gives up when it is taken; this one waits. It ends with the session.
    await client.query('select pg_advisory_lock($1)', [lockKey])
    return { applied: await applyMissing(client) }
  } catch (error) {
    throw toDatabaseError(error)
  } finally {
    await client.end().catch(noOp)
  }
}

async function applyMissing(client: pg.Client): Promise<string[]> {
  const applied = await runner({
    dbClient: client,
    dir: directory,
    direction: 'up',
    migrationsTable: 'schema_migrations',
    checkOrder: true,
    singleTransaction: false,
    noLock: true,
    logger: silent,
  })
  return applied.map(({ name }) => name)
}

function noOp(): void {
  // The library's progress messages and the errors of a connection on its way out.
}
