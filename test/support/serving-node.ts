import { watchStanding } from '../../src/cards/watch-standing.ts'
import { systemClock } from '../../src/clock.ts'
import { createMemoryStore } from '../../src/db/memory-store.ts'
import type { Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { endSessions } from '../../src/oidc/end-sessions.ts'
import { watchLogoutNotices } from '../../src/oidc/watch-logout-notices.ts'
import { createLogoutNode } from './logout-node.ts'

/** Runs `work` while a node of the service, where nobody is signed in, hears what ends, and ended before. */
export async function whileServing<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const store = createMemoryStore({ clock: systemClock })
  const node = createLogoutNode({ store, db, findClient: () => Promise.resolve(undefined) })
  const stop = await watchStanding({
    ...{ db, clock: systemClock, log: silentLog },
    onEnded: async (change) => {
      await endSessions(node, change)
    },
  })
  const stopGoingOn = watchLogoutNotices(node)
  try {
    return await work()
  } finally {
    await Promise.all([stop(), stopGoingOn()])
    await store.close()
  }
}
