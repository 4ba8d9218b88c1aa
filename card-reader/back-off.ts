import type { Random } from './random.ts'

export interface BackOffLimits {
  readonly minMs: number
  readonly maxMs: number
}

/**
 * How long to wait before trying again: twice as long each time up to the limit, and of that a
 * random part between half and all, so that a fleet does not come back in one wave.
 *
 * @param failures - in a row, 1 or more
 */
export function backOffMs(failures: number, limits: BackOffLimits, random: Random): number {
  const doublings = Math.min(failures - 1, 30)
  const ceiling = Math.min(limits.maxMs, limits.minMs * 2 ** doublings)
  const half = Math.floor(ceiling / 2)
  return half + random.below(ceiling - half + 1)
}
