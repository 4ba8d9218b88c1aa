import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { progressEn } from '../words/progress-en.ts'
import { progressVi } from '../words/progress-vi.ts'
import { describeProgress, progressBar } from './progress-bar.ts'

const half = { label: 'Rows', value: 5000, total: 10_000, begunAt: 0, seconds: 4 }
const bar = `${'█'.repeat(10)}${'░'.repeat(10)}`

describe('a progress bar', () => {
  beforeEach(() => vi.stubEnv('ECARD_LANG', 'en'))
  afterEach(() => vi.unstubAllEnvs())

  it('says how much is done, how fast, and how long it takes yet', () => {
    expect(describeProgress(half, progressEn)).toBe(
      `Rows  ${bar}  50 %  5,000/10,000  1,250/s  0:04 left`,
    )
    expect(describeProgress({ ...half, label: 'Dòng' }, progressVi)).toBe(
      `Dòng  ${bar}  50 %  5.000/10.000  1.250/giây  còn 0:04`,
    )
  })

  it('counts slow things by the minute, and only what was done since it began', () => {
    const cards = { label: 'Cards', value: 60, total: 100, begunAt: 50, seconds: 30 }
    expect(describeProgress(cards, progressEn)).toContain('20/min  2:00 left')
    const hours = { ...cards, total: 200, value: 51 }
    expect(describeProgress(hours, progressEn)).toContain('2/min  1:14:30 left')
  })

  it('says neither rate nor time before there is something to go by, nor a time at the end', () => {
    expect(describeProgress({ ...half, value: 0 }, progressEn)).toMatch(/ {2}0 % {2}0\/10,000$/)
    expect(describeProgress({ ...half, value: 10_000 }, progressEn)).toMatch(/2,500\/s$/)
    expect(describeProgress({ ...half, value: 0, total: 0 }, progressEn)).toContain('100 %')
  })

  it('draws on a terminal only', () => {
    const drawn = (isTTY: boolean): string => {
      const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 })
      const progress = progressBar('Rows', { stream: stream as unknown as NodeJS.WriteStream })
      progress.start(3)
      progress.advance()
      progress.reach(3)
      progress.stop()
      progress.stop()
      return String(stream.read() ?? '')
    }
    expect(drawn(true)).toMatch(/Rows {2}█{20} {2}100 % {2}3\/3/)
    expect(drawn(false)).toBe('')
  })
})
