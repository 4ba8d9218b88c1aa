/** The languages people can read; Vietnamese first, and where nothing says otherwise. */
export const languages = ['vi', 'en'] as const
export type Language = (typeof languages)[number]

/** A sentence in every language: a missing translation does not compile. May hold `{placeholders}`. */
export type Text = Readonly<Record<Language, string>>

export type Values = Readonly<Record<string, string | number>>

export function isLanguage(value: unknown): value is Language {
  return value === 'vi' || value === 'en'
}

/** Puts `values` into the `{placeholders}` of `sentence`; one without a value is left out. */
export function fill(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

// People here read civil time, whatever zone the machine is set to.
const dates = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
})

const times = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  hour: '2-digit',
  minute: '2-digit',
})

/** Rounded up to the minute, as both languages write it here: 08:05 21/11/2026. */
export function formatTime(instant: Date): string {
  const minute = new Date(Math.ceil(instant.getTime() / 60_000) * 60_000)
  return `${times.format(minute)} ${dates.format(minute)}`
}

/** To the minute, for what has been: 21/11/2026 08:05. */
export function formatMoment(instant: Date): string {
  return `${dates.format(instant)} ${times.format(instant)}`
}

/** As both languages write it here: 21/11/2026. */
export function formatDate(instant: Date): string {
  return dates.format(instant)
}
