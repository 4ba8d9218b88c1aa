import type { Client } from 'oidc-provider'
import type { Clock } from '../../src/clock.ts'
import { systemClock } from '../../src/clock.ts'
import type { ExpiringStore } from '../../src/db/expiring-store.ts'
import type { Queryable } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { createEndedStandingStore } from '../../src/oidc/ended-standing-store.ts'
import { createLogoutNoticeStore } from '../../src/oidc/logout-notice-store.ts'
import { createLogoutOutbox } from '../../src/oidc/logout-outbox.ts'
import { createReadAhead } from '../../src/oidc/read-ahead.ts'
import { createSessionIndex } from '../../src/oidc/session-index.ts'
import { watchLogoutNotices, type WatchLogoutsDeps } from '../../src/oidc/watch-logout-notices.ts'

export interface LogoutNodeOptions {
  readonly store: ExpiringStore
  readonly db: Queryable
  readonly findClient: (clientId: string) => Promise<Client | undefined>
  readonly clock?: Clock
  /** Default: none, so that one attempt is all. */
  readonly retryDelaysMs?: readonly number[]
}

/** What a node of the service has to end sessions with, and to go on where others stopped. */
export function createLogoutNode(options: LogoutNodeOptions): WatchLogoutsDeps {
  const { store, db, findClient, clock = systemClock, retryDelaysMs = [] } = options
  const logoutNotices = createLogoutNoticeStore(db)
  const delivery = { findClient, log: silentLog, retryDelaysMs }
  return {
    ...{ store, clock, logoutNotices, log: silentLog },
    sessions: createSessionIndex(store, createReadAhead(store)),
    endings: createEndedStandingStore(db),
    outbox: createLogoutOutbox({ ...delivery, clock, notices: logoutNotices }),
  }
}

/** What a node does when it starts, to its end. */
export async function goOnOnce(node: WatchLogoutsDeps): Promise<void> {
  await watchLogoutNotices(node, { everySeconds: 3600 })()
}
