import pg from 'pg'
import type { Log } from '../log.ts'
import { toDatabaseError } from './database-error.ts'

export interface ListenOptions {
  readonly url: string
  readonly channel: string
  readonly log: Log
  readonly onPayload: (payload: string) => void
  readonly onReconnected: () => void
}

const firstDelayMs = 50
const longestDelayMs = 5_000
/** A connection that died without a word would swallow revocations, so it is asked regularly. */
const heartbeatMs = 10_000

/**
 * Hears a channel over a connection of its own, which is replaced when it is lost.
 *
 * @throws DatabaseUnavailable when the first connection fails; later ones are tried for ever
 */
export async function listen(options: ListenOptions): Promise<() => Promise<void>> {
  const { log, channel, onReconnected } = options
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let current = await connect(options, lost)

  function lost(): void {
    if (stopped) return
    log.warn('db.listener.lost', { channel })
    reconnectAfter(firstDelayMs)
  }

  function reconnectAfter(delayMs: number): void {
    timer = setTimeout(() => void reconnect(delayMs), delayMs)
    timer.unref()
  }

  async function reconnect(lastDelayMs: number): Promise<void> {
    try {
      const connection = await connect(options, lost)
      if (stopped) {
        await connection.end()
        return
      }
      current = connection
      log.info('db.listener.back', { channel })
      onReconnected()
    } catch {
      if (!stopped) reconnectAfter(Math.min(lastDelayMs * 2, longestDelayMs))
    }
  }

  return async () => {
    stopped = true
    clearTimeout(timer)
    await current.end()
  }
}

interface Connection {
  end(): Promise<void>
}

async function connect(options: ListenOptions, onLost: () => void): Promise<Connection> {
  const client = new pg.Client({
    connectionString: options.url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
    application_name: 'ecard-sso listener',
  })
  // The loss itself arrives as `end`; without a listener `error` would end the process.
  client.on('error', () => undefined)
  client.on('notification', ({ payload }) => {
    options.onPayload(payload ?? '')
  })
  try {
    await client.connect()
    await client.query(`listen ${client.escapeIdentifier(options.channel)}`)
  } catch (error) {
    void client.end().catch(() => undefined)
    throw toDatabaseError(error)
  }
  return supervise(client, onLost)
}

/** Calls `onLost` once, when the connection ends or stops answering without being told to. */
function supervise(client: pg.Client, onLost: () => void): Connection {
  const heartbeat = setInterval(() => {
    client.query('select 1').catch(lose)
  }, heartbeatMs)
  heartbeat.unref()
  let over = false

  function finish(): boolean {
    const first = !over
    over = true
    clearInterval(heartbeat)
    return first
  }

  function lose(): void {
    if (!finish()) return
    void client.end().catch(() => undefined)
    onLost()
  }

  client.on('end', lose)
  return {
    end: async () => {
      if (finish()) await client.end()
    },
  }
}
