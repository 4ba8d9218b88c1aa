import { systemClock } from '../../src/clock.ts'
import type { ExpiringStore } from '../../src/db/expiring-store.ts'
import { createMemoryStore } from '../../src/db/memory-store.ts'
import { openRedis } from '../../src/db/redis.ts'
import { silentLog } from '../../src/log.ts'
import { testRedisUrl } from './test-redis.ts'

/** The two kinds of expiring store that the service runs on. */
export const testStores = ['memory', 'redis'] as const

export async function openTestStore(kind: (typeof testStores)[number]): Promise<ExpiringStore> {
  if (kind === 'memory') return createMemoryStore({ clock: systemClock })
  const { store, bus } = await openRedis({ url: testRedisUrl(), log: silentLog })
  await bus.close()
  return store
}
