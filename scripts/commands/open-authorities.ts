import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuditStore, type AuditStore } from '../../src/audit/audit-store.ts'
import { systemClock } from '../../src/clock.ts'
import { openConfiguredKeystore, openIssuance } from '../../src/compose-certification.ts'
import { readConfig, type Config, type Secrets } from '../../src/config.ts'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { AppError } from '../../src/errors.ts'
import type { PortableKeystore } from '../../src/keystore/keystore.ts'
import type { OpenKeystore } from '../../src/keystore/open-keystore.ts'
import { silentLog } from '../../src/log.ts'
import type { IssuanceDeps } from '../../src/pki/issuance.ts'
import { systemRandom } from '../../src/random.ts'
import { untilInterrupted } from '../program/interruption.ts'
import type { Registry } from './open-registry.ts'

export interface ConfiguredRegistry extends Registry {
  readonly config: Config
}

export interface OpenAuthorities extends ConfiguredRegistry {
  readonly keystore: PortableKeystore
  readonly audit: AuditStore
  readonly issuance: IssuanceDeps
}

/**
 * Runs `work` with registry, keystore and all that issuance needs.
 *
 * The registry is the one of DATABASE_URL or of the service that runs on ECARD_DATA_DIR. Where
 * there is neither, as on the machine of an offline root, the data folder's own PostgreSQL runs for
 * the length of the command, under the lock that a service would take.
 *
 * @throws ConfigInvalid, DatabaseUnavailable, DataFolderUnusable, KeystoreUnavailable
 */
export function withAuthorities<T>(work: (parts: OpenAuthorities) => Promise<T>): Promise<T> {
  return withOwnRegistry(async (registry) => {
    const keystore = await openKeystoreOf(registry.config)
    try {
      return await work(await partsOf(registry, keystore))
    } finally {
      keystore.close()
    }
  })
}

async function partsOf(
  registry: ConfiguredRegistry,
  keystore: OpenKeystore,
): Promise<OpenAuthorities> {
  const issuance = await openIssuance(registry, registry.config, keystore)
  return { ...registry, keystore, audit: createAuditStore(registry.db), issuance }
}

/**
 * The registry alone, found or started like that of `withAuthorities`; its schema is up to date.
 *
 * @throws ConfigInvalid, DatabaseUnavailable, DataFolderUnusable
 */
export async function withOwnRegistry<T>(
  work: (registry: ConfiguredRegistry) => Promise<T>,
): Promise<T> {
  const { config, secrets } = readConfig(process.env)
  const { url, stop } = await findOrStartDatabase(config, secrets)
  try {
    await migrate(url)
    const db = openDatabase({ url, log: silentLog, maxConnections: 2 })
    try {
      const registry = { db, clock: systemClock, random: systemRandom, config }
      return await untilInterrupted(() => work(registry))
    } finally {
      await db.close()
    }
  } finally {
    await stop()
  }
}

/** Every key of the service, in files and HSM, as configured. @throws KeystoreUnavailable */
export async function openKeystoreOf(config: Config): Promise<OpenKeystore> {
  const { keystore } = await openConfiguredKeystore(config, systemRandom)
  return keystore
}

interface FoundDatabase {
  readonly url: string
  readonly stop: () => Promise<void>
}

async function findOrStartDatabase(
  { dataDir }: Config,
  { databaseUrl }: Secrets,
): Promise<FoundDatabase> {
  const url = databaseUrl ?? (await addressOfService(dataDir))
  if (url !== null) return { url, stop: () => Promise.resolve() }
  return startEmbeddedPostgres({ dataDir, log: silentLog })
}

/** Null also where a service that was killed left its address behind. */
async function addressOfService(dataDir: string): Promise<string | null> {
  const url = await readFile(join(dataDir, 'postgres-url'), 'utf8').catch(() => null)
  if (url === null) return null
  const db = openDatabase({ url: url.trim(), log: silentLog, maxConnections: 1 })
  try {
    await db.ping()
    return url.trim()
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  } finally {
    await db.close()
  }
}
