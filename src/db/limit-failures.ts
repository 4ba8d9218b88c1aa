import { AppError } from '../errors.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** So many failures of one key in one window; what succeeds does not count. */
export interface FailureLimit {
  /** Keeps the counters of different limits apart. */
  readonly name: string
  readonly most: number
  readonly windowSeconds: number
}

/** Too many failures came before; the attempt was not looked at. */
export class TooManyAttempts extends AppError {
  readonly code = 'TOO_MANY_ATTEMPTS'
  readonly retryAfterSeconds: number

  constructor(limit: string, retryAfterSeconds: number) {
    super(`too many attempts: ${limit}`, { limit, retryAfterSeconds })
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface LimitedAttempt {
  readonly limiter: RateLimiter
  readonly limit: FailureLimit
  /** Who tries, such as an address. */
  readonly key: string
  /** Whether an error is one of those that are limited. */
  readonly isFailure: (error: unknown) => boolean
}

/**
 * Does `work` unless its key has failed too often.
 *
 * @throws TooManyAttempts, StoreUnavailable, and as `work` does
 */
export async function limitFailures<T>(
  { limiter, limit, key, isFailure }: LimitedAttempt,
  work: () => Promise<T>,
): Promise<T> {
  const { name, most, windowSeconds } = limit
  const counter = `${name}:${key}`
  const { count, resetsInSeconds } = await limiter.hit(counter, windowSeconds)
  if (count > most) throw new TooManyAttempts(name, resetsInSeconds)
  let isCounted = false
  try {
    return await work()
  } catch (error) {
    isCounted = isFailure(error)
    throw error
  } finally {
    // A hit too many does less harm than an answer that gets lost.
    if (!isCounted) await limiter.takeBack(counter, windowSeconds).catch(() => undefined)
  }
}
