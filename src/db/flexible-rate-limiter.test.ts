import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { describeRateLimiter } from '../../test/contracts/rate-limiter.ts'
import { RestartableRedis } from '../../test/support/restartable-redis.ts'
import { testRedisUrl } from '../../test/support/test-redis.ts'
import { silentLog } from '../log.ts'
import { createMemoryRateLimiter } from './flexible-rate-limiter.ts'
import { limitFailures, TooManyAttempts } from './limit-failures.ts'
import { openRedis } from './redis.ts'

describeRateLimiter('Redis', async () => {
  const { limiter, store, bus } = await openRedis({ url: testRedisUrl(), log: silentLog })
  const clock = new Redis(testRedisUrl())
  return {
    limiter,
    pass: async (seconds) => {
      const end = (await nowMs(clock)) + seconds * 1000
      await vi.waitUntil(async () => (await nowMs(clock)) >= end, { timeout: 10_000 })
    },
    close: async () => {
      clock.disconnect()
      await Promise.all([store.close(), bus.close()])
    },
  }
})

describeRateLimiter('the process', () =>
  Promise.resolve({
    limiter: createMemoryRateLimiter(),
    // The library measures by the wall clock.
    pass: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    close: () => Promise.resolve(),
  }),
)

async function nowMs(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time()
  return Number(seconds) * 1000 + Number(microseconds) / 1000
}

it('counters on a Redis that is away could not be asked', async () => {
  const server = await RestartableRedis.start()
  const { limiter, store, bus } = await openRedis({ url: server.url, log: silentLog })
  await server.stop()
  const away = { code: 'STORE_UNAVAILABLE' }
  await vi.waitFor(() => expect(limiter.hit('key', 60)).rejects.toMatchObject(away))
  await expect(limiter.takeBack('key', 60)).rejects.toMatchObject(away)
  await Promise.all([store.close(), bus.close()])
})

describe('limiting failures', () => {
  class Wrong extends Error {}
  const fail = (): Promise<never> => Promise.reject(new Wrong())
  const attempt = () => ({
    limiter: createMemoryRateLimiter(),
    limit: { name: 'test', most: 3, windowSeconds: 60 },
    key: '192.0.2.1',
    isFailure: (error: unknown) => error instanceof Wrong,
  })

  it('stops one key after so many failures, and says when it may try again', async () => {
    const limited = attempt()
    for (let n = 0; n < 3; n++) await expect(limitFailures(limited, fail)).rejects.toThrow(Wrong)
    const work = vi.fn(() => Promise.resolve('done'))
    const error: unknown = await limitFailures(limited, work).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TooManyAttempts)
    expect(error).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: 60 })
    expect(work).not.toHaveBeenCalled()
    expect(await limitFailures({ ...limited, key: '192.0.2.2' }, work)).toBe('done')
  })

  it('counts neither success nor what could not be decided', async () => {
    const limited = attempt()
    for (let n = 0; n < 10; n++) {
      await limitFailures(limited, () => Promise.resolve())
      await expect(limitFailures(limited, () => Promise.reject(new Error('away')))).rejects.toThrow(
        'away',
      )
    }
    await expect(limitFailures(limited, fail)).rejects.toThrow(Wrong)
  })

  it('lets no more of many attempts at once through', async () => {
    const limited = attempt()
    const work = vi.fn(fail)
    await Promise.allSettled(Array.from({ length: 50 }, () => limitFailures(limited, work)))
    expect(work).toHaveBeenCalledTimes(3)
  })
})
