import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RateLimiter } from '../../src/db/rate-limiter.ts'
import { systemRandom } from '../../src/random.ts'

export interface RateLimiterUnderTest {
  readonly limiter: RateLimiter
  /** Resolves when at least `seconds` have passed by the limiter's own clock. */
  pass(seconds: number): Promise<void>
  close(): Promise<void>
}

/** What every implementation of `RateLimiter` keeps. */
export function describeRateLimiter(name: string, open: () => Promise<RateLimiterUnderTest>): void {
  describe(`${name} as a rate limiter`, () => {
    let underTest: RateLimiterUnderTest
    let limiter: RateLimiter
    // The counters may be shared: every test has keys of its own.
    const key = (): string => `contract:${systemRandom.uuid()}`

    beforeAll(async () => {
      underTest = await open()
      limiter = underTest.limiter
    })
    afterAll(() => underTest.close())

    it('counts key by key, and says when the window is over', async () => {
      const [one, other] = [key(), key()]
      await limiter.hit(one, 60)
      const { count, resetsInSeconds } = await limiter.hit(one, 60)
      expect(count).toBe(2)
      expect(resetsInSeconds).toBeGreaterThan(50)
      expect(resetsInSeconds).toBeLessThanOrEqual(60)
      expect(await limiter.hit(other, 3600)).toEqual({ count: 1, resetsInSeconds: 3600 })
    })

    it('gives a hundred hits at once a number each', async () => {
      const at = key()
      const hits = await Promise.all(Array.from({ length: 100 }, () => limiter.hit(at, 60)))
      const counts = hits.map(({ count }) => count).sort((a, b) => a - b)
      expect(counts).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    })

    it('takes back', async () => {
      const at = key()
      await limiter.hit(at, 60)
      await limiter.hit(at, 60)
      await limiter.takeBack(at, 60)
      expect((await limiter.hit(at, 60)).count).toBe(2)
    })

    it('begins anew once the window is over, which later hits do not move', async () => {
      const at = key()
      await limiter.hit(at, 2)
      await underTest.pass(1)
      expect((await limiter.hit(at, 2)).count).toBe(2)
      await underTest.pass(1.1)
      expect((await limiter.hit(at, 2)).count).toBe(1)
    })
  })
}
