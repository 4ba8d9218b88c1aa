/**
 * Counts how often something happens, key by key, across all nodes. Two implementations, Redis and
 * in-process, pass one contract suite (`test/contracts/rate-limiter.ts`).
 *
 * Counting comes before the act that is counted, so that no number of requests at once gets past a
 * limit: whoever finds that nothing was wrong takes the hit back. Every method raises
 * `StoreUnavailable` when the counters cannot be asked.
 */
export interface RateLimiter {
  /** Counts one more at `key`. The first begins a window of `windowSeconds` (whole, > 0). */
  hit(key: string, windowSeconds: number): Promise<Hits>
  /** One less. Where its window is over meanwhile, the next one begins with one to spare. */
  takeBack(key: string, windowSeconds: number): Promise<void>
}

/** What stands at one key in its present window. */
export interface Hits {
  /** This one counts too: of many at once, each gets a number of its own. */
  readonly count: number
  /** When the window is over, rounded up. */
  readonly resetsInSeconds: number
}
