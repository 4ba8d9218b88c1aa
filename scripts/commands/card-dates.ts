import { InputInvalid } from '../../src/errors.ts'
import { cardCareWords } from '../words/card-care-words.ts'

const [hourMs, dayMs] = [3_600_000, 86_400_000]
/** People here read civil time, whatever zone the machine is set to; it has no summer time. */
const endOfCivilDay = 'T23:59:59+07:00'

/**
 * The end of a temporary card: the end of a day (2026-12-31), or so many hours (8h) or days (3d)
 * from now on.
 *
 * @throws InputInvalid for anything else, and for what is over
 */
export function untilOf(given: string, now: Date): Date {
  const words = cardCareWords()
  const span = /^([1-9][0-9]{0,3})([hd])$/.exec(given)
  const end =
    span === null
      ? civilDay(given, endOfCivilDay)
      : new Date(now.getTime() + Number(span[1]) * (span[2] === 'h' ? hourMs : dayMs))
  if (end === null) throw new InputInvalid(words.badUntil(given), { field: 'until' })
  if (end <= now) throw new InputInvalid(words.untilIsOver(given), { field: 'until' })
  return end
}

/** Midnight at which that day begins. @throws InputInvalid */
export function dayOf(given: string): Date {
  const day = civilDay(given, 'T00:00:00+07:00')
  if (day === null) throw new InputInvalid(cardCareWords().notADate(given), { field: 'date' })
  return day
}

/** Null for what no calendar has, as the 30th of February. */
function civilDay(given: string, time: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(given)) return null
  const midnight = new Date(`${given}T00:00:00Z`)
  const isThere = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(given)
  return isThere ? new Date(`${given}${time}`) : null
}
