import { inject } from 'vitest'

/** The address of the run's Redis. Tests share it: take keys that cannot collide. */
export function testRedisUrl(): string {
  return inject('redisUrl')
}
