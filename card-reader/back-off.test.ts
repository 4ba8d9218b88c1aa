import { describe, expect, it } from 'vitest'
import { backOffMs } from './back-off.ts'

const limits = { minMs: 500, maxMs: 30_000 }
const least = { below: () => 0 }
const most = { below: (limit: number) => limit - 1 }

describe('the time before trying again', () => {
  it('doubles up to its limit, of which chance takes up to a half', () => {
    const failures = [1, 2, 3, 7, 8, 1000]
    expect(failures.map((count) => backOffMs(count, limits, most))).toEqual([
      500, 1000, 2000, 30_000, 30_000, 30_000,
    ])
    expect(failures.map((count) => backOffMs(count, limits, least))).toEqual([
      250, 500, 1000, 15_000, 15_000, 15_000,
    ])
  })
})
