import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { DatabaseUnavailable } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { systemRandom } from '../../src/random.ts'
import { untilInterrupted } from '../program/interruption.ts'

/** What commands hand to use-cases. */
export interface Registry {
  readonly db: Database
  readonly clock: typeof systemClock
  readonly random: typeof systemRandom
}

/**
 * Runs `work` on the registry, the very database of the running service: it is told of every
 * change as it commits.
 *
 * @throws ConfigInvalid, DatabaseUnavailable, Interrupted
 */
export async function withRegistry<T>(work: (registry: Registry) => Promise<T>): Promise<T> {
  const db = openDatabase({ url: await databaseUrl(), log: silentLog, maxConnections: 2 })
  try {
    const registry = { db, clock: systemClock, random: systemRandom }
    return await untilInterrupted(() => work(registry))
  } finally {
    await db.close()
  }
}

async function databaseUrl(): Promise<string> {
  const { config, secrets } = readConfig(process.env)
  if (secrets.databaseUrl !== null) return secrets.databaseUrl
  try {
    return (await readFile(join(config.dataDir, 'postgres-url'), 'utf8')).trim()
  } catch (error) {
    throw new DatabaseUnavailable(
      `No service runs on ${config.dataDir}. Start it, or set DATABASE_URL or ECARD_DATA_DIR.`,
      {},
      error,
    )
  }
}
