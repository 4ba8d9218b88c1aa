import { Redis } from 'ioredis'
import { StoreUnavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ExpiringStore } from './expiring-store.ts'
import { createRedisRateLimiter } from './flexible-rate-limiter.ts'
import type { MessageBus } from './message-bus.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { createRedisBus } from './redis-bus.ts'
import { createRedisStore, defineMemberCommands } from './redis-store.ts'

export interface OpenRedis {
  readonly store: ExpiringStore
  readonly bus: MessageBus
  /** On the connection of `store`. */
  readonly limiter: RateLimiter
}

export interface RedisOptions {
  /** `redis://…`, or `rediss://…` for TLS. Redis 6.2 or newer. */
  readonly url: string
  readonly log: Log
}

/**
 * Opens a connection for commands and one for messages. `store.close` and `bus.close` close one
 * each.
 *
 * While Redis is away every call fails at once with `StoreUnavailable`, and as soon as it is back
 * calls succeed again; subscriptions come back by themselves.
 *
 * @throws StoreUnavailable when Redis does not answer now
 */
export async function openRedis({ url, log }: RedisOptions): Promise<OpenRedis> {
  const commands = defineMemberCommands(connectionTo(url, log, 'commands'))
  const messages = connectionTo(url, log, 'messages')
  try {
    await Promise.all([commands.connect(), messages.connect()])
  } catch (error) {
    commands.disconnect()
    messages.disconnect()
    throw new StoreUnavailable('Redis does not answer', {}, error)
  }
  const limiter = createRedisRateLimiter(commands)
  return { store: createRedisStore(commands), bus: createRedisBus(commands, messages), limiter }
}

function connectionTo(url: string, log: Log, purpose: string): Redis {
  const redis = new BatchingRedis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    // Redis answers in order, so one clock a connection does for all that is under way on it.
    socketTimeout: 2_000,
    // A command that was under way when the connection broke may have been done: sending it again
    // could take a second code or lose the first. So nothing waits for Redis and nothing is
    // repeated; the caller learns that we could not tell.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  })
  // Reported as loss and return below; without a listener each attempt would be printed.
  redis.on('error', () => undefined)
  let isAway = false
  redis.on('close', () => {
    if (!isAway) log.warn('redis.lost', { connection: purpose })
    isAway = true
  })
  redis.on('ready', () => {
    if (isAway) log.info('redis.back', { connection: purpose })
    isAway = false
  })
  return redis
}

/**
 * Sends the commands of one turn of the event loop in one write. The library's automatic
 * pipelining does the same for twice the CPU time, and leaves scripts out.
 */
class BatchingRedis extends Redis {
  #corked: NetStream | null = null

  override sendCommand(...sent: Parameters<Redis['sendCommand']>): unknown {
    if (this.status === 'ready' && this.#corked !== this.stream)
      this.#holdUntilNextTurn(this.stream)
    return super.sendCommand(...sent)
  }

  #holdUntilNextTurn(stream: NetStream): void {
    this.#corked = stream
    stream.cork()
    setImmediate(() => {
      stream.uncork()
      if (this.#corked === stream) this.#corked = null
    })
  }
}

type NetStream = Redis['stream']
