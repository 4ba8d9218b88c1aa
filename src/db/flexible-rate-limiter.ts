import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'
import { StoreUnavailable } from '../errors.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { prefixed } from './redis-store.ts'

/** The library wants a limit and a window; both come with each call instead. */
const settings = { points: Number.MAX_SAFE_INTEGER, duration: 1 }

/** The counters of all nodes; each hit is one script on Redis, and so one atomic step. */
export function createRedisRateLimiter(redis: Redis): RateLimiter {
  const keyPrefix = prefixed('rate')
  return overLibrary(new RateLimiterRedis({ ...settings, keyPrefix, storeClient: redis }))
}

/**
 * The counters of a single process; they end with it. The library measures their windows by the
 * wall clock.
 */
export function createMemoryRateLimiter(): RateLimiter {
  return overLibrary(new RateLimiterMemory({ ...settings, keyPrefix: 'rate' }))
}

/** Counting alone: what is too many depends on more than one counter, see `guess-limits.ts`. */
function overLibrary(library: RateLimiterMemory | RateLimiterRedis): RateLimiter {
  return {
    hit: async (key, windowSeconds) => {
      const counted = library.penalty(key, 1, { customDuration: windowSeconds })
      const { consumedPoints, msBeforeNext } = await orCouldNotTell(counted)
      return { count: consumedPoints, resetsInSeconds: Math.ceil(msBeforeNext / 1000) }
    },
    takeBack: async (key, windowSeconds) => {
      await orCouldNotTell(library.reward(key, 1, { customDuration: windowSeconds }))
    },
  }
}

function orCouldNotTell(counted: Promise<RateLimiterRes>): Promise<RateLimiterRes> {
  return counted.catch((error: unknown) => {
    throw new StoreUnavailable('the counters could not be asked', {}, error)
  })
}
