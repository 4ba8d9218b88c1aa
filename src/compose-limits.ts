import type { IncomingMessage } from 'node:http'
import { limitFailures } from './db/limit-failures.ts'
import type { RateLimiter } from './db/rate-limiter.ts'
import { EnrolmentRefused } from './terminals/enrol-terminal.ts'
import { networkOfUpgrade } from './web/client-network.ts'

/**
 * Wrong enrolment codes of a network in an hour. Behind a guessed one (45 bits) stands a terminal of
 * the province's; those that enrol as they should are not counted.
 */
const enrolment = { name: 'enrol', most: 10, windowSeconds: 3600 }

/** Connections of a network in a minute: a large office comes back after a restart at once. */
const channel = { most: 1200, windowSeconds: 60 }

/** @throws TooManyAttempts, StoreUnavailable, and as `enrol` does */
export function enrolWithinLimit<T>(
  limiter: RateLimiter,
  network: string,
  enrol: () => Promise<T>,
): Promise<T> {
  const isFailure = (error: unknown): boolean => error instanceof EnrolmentRefused
  return limitFailures({ limiter, limit: enrolment, key: network, isFailure }, enrol)
}

/** Whether one more WebSocket may be opened from there: nobody has shown yet who they are. */
export async function mayOpenChannel(
  limiter: RateLimiter,
  proxies: { readonly trustedProxies: number },
  request: IncomingMessage,
): Promise<boolean> {
  const key = `channel:${networkOfUpgrade(request, proxies)}`
  return (await limiter.hit(key, channel.windowSeconds)).count <= channel.most
}
