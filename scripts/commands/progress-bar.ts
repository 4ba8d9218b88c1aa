import { SingleBar, type Params } from 'cli-progress'
import { wordsFor } from '../words/language.ts'
import { progressEn } from '../words/progress-en.ts'
import { progressVi } from '../words/progress-vi.ts'
import type { ProgressWords } from '../words/progress-words.ts'

/** How far a long work is. One port may show several works, one after the other. */
export interface Progress {
  /** A work of `total` things begins, of which `done` are done already. */
  start(total: number, done?: number): void
  /** So many more are done. */
  advance(by?: number): void
  /** So many are done in all. */
  reach(done: number): void
  /** Leaves the bar as it is, on a line of its own. Also where the work failed; may be repeated. */
  stop(): void
}

interface ProgressOptions {
  readonly stream?: NodeJS.WriteStream
}

const silent: Progress = {
  start: () => undefined,
  advance: () => undefined,
  reach: () => undefined,
  stop: () => undefined,
}

/**
 * A bar with rate and time left on standard error, where a person looks on; silent elsewhere, so
 * that neither a script's output nor a log is filled with it.
 *
 * @param label - what is being done, in the language of the reader
 */
export function progressBar(
  label: string,
  { stream = process.stderr }: ProgressOptions = {},
): Progress {
  if (!stream.isTTY) return silent
  const words = wordsFor({ vi: progressVi, en: progressEn })
  let begunAt = 0
  const format = (_: unknown, { startTime, stopTime, maxWidth, ...counts }: Params): string => {
    const seconds = ((stopTime ?? Date.now()) - startTime) / 1000
    const line = describeProgress({ label, ...counts, begunAt, seconds }, words)
    return Array.from(line).slice(0, maxWidth).join('')
  }
  const bar = new SingleBar({ stream, format, fps: 5 })
  return {
    start: (total, done = 0) => {
      begunAt = done
      bar.start(total, done)
    },
    advance: (by = 1) => {
      bar.increment(by)
    },
    reach: (done) => {
      bar.update(done)
    },
    stop: () => {
      bar.stop()
    },
  }
}

export interface Standing {
  readonly label: string
  readonly value: number
  readonly total: number
  /** What was done before the work began; it says nothing about the rate. */
  readonly begunAt: number
  readonly seconds: number
}

const barWidth = 20

/** The line that is drawn: label, bar, counts, rate and time left, as far as they are known. */
export function describeProgress(standing: Standing, words: ProgressWords): string {
  const { label, value, total, begunAt, seconds } = standing
  const share = total === 0 ? 1 : Math.min(value / total, 1)
  const filled = Math.floor(share * barWidth)
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
  const counts = `${words.number(value)}/${words.number(total)}`
  const perSecond = seconds > 0 ? (value - begunAt) / seconds : 0
  const pace = perSecond > 0 ? [paceText(perSecond, words)] : []
  const left = perSecond > 0 && value < total ? (total - value) / perSecond : 0
  const time = left > 0 ? [words.left(timeText(left))] : []
  return [label, bar, `${Math.floor(share * 100)} %`, counts, ...pace, ...time].join('  ')
}

function paceText(perSecond: number, words: ProgressWords): string {
  if (perSecond < 1) return words.perMinute(words.number(Math.round(perSecond * 60)))
  return words.perSecond(words.number(Math.round(perSecond)))
}

/** `1:05:09`, `5:09`. */
function timeText(seconds: number): string {
  const whole = Math.ceil(seconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const start = hours === 0 ? String(minutes) : `${hours}:${two(minutes)}`
  return `${start}:${two(whole % 60)}`
}
