import type { Clock } from './clock.ts'
import type { Closers } from './closers.ts'
import type { Config, Secrets } from './config.ts'
import { startEmbeddedPostgres } from './db/embedded-postgres.ts'
import type { ExpiringStore } from './db/expiring-store.ts'
import { createMemoryRateLimiter } from './db/flexible-rate-limiter.ts'
import { createMemoryBus } from './db/memory-bus.ts'
import { createMemoryStore } from './db/memory-store.ts'
import type { MessageBus } from './db/message-bus.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase, type Database } from './db/pool.ts'
import type { RateLimiter } from './db/rate-limiter.ts'
import { openRedis } from './db/redis.ts'
import type { Log } from './log.ts'

/** PostgreSQL, brought up to date: the one that was named, or one of our own. */
export async function openRegistry(
  { dataDir }: Config,
  { databaseUrl }: Secrets,
  { log, closers }: { log: Log; closers: Closers },
): Promise<Database> {
  let url = databaseUrl
  if (url === null) {
    const embedded = await startEmbeddedPostgres({ dataDir, log })
    closers.push(() => embedded.stop())
    url = embedded.url
  }
  const { applied } = await migrate(url)
  if (applied.length > 0) log.info('db.migrated', { count: applied.length })
  const db = openDatabase({ url, log, maxConnections: 20 })
  closers.push(() => db.close())
  return db
}

/** For what has a lifetime: Redis, or this process. */
export async function openExpiring(
  { redisUrl }: Secrets,
  { log, clock, closers }: { log: Log; clock: Clock; closers: Closers },
): Promise<{ store: ExpiringStore; bus: MessageBus; limiter: RateLimiter }> {
  const opened =
    redisUrl === null
      ? {
          store: createMemoryStore({ clock }),
          bus: createMemoryBus(),
          limiter: createMemoryRateLimiter(),
        }
      : await openRedis({ url: redisUrl, log })
  if (redisUrl === null) log.warn('store.in-process', { advice: 'set REDIS_URL to keep sessions' })
  closers.push(
    () => opened.store.close(),
    () => opened.bus.close(),
  )
  return opened
}
