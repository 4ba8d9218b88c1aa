/**
 * Ends the sessions of a card in a process of its own, which is killed when it comes to telling the
 * first application:
 *
 *   end-sessions-process.ts DATABASE_URL REDIS_URL CARD_UUID
 */
import { openDatabase } from '../../src/db/pool.ts'
import { openRedis } from '../../src/db/redis.ts'
import { silentLog } from '../../src/log.ts'
import { endSessions } from '../../src/oidc/end-sessions.ts'
import { createLogoutNode } from './logout-node.ts'

const [databaseUrl = '', redisUrl = '', cardUuid = ''] = process.argv.slice(2)
const db = openDatabase({ url: databaseUrl, log: silentLog, maxConnections: 3 })
const { store } = await openRedis({ url: redisUrl, log: silentLog })
const node = createLogoutNode({
  ...{ store, db },
  findClient: () => {
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  },
})
await endSessions(node, { kind: 'card', id: cardUuid })
