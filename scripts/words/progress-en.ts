import type { ProgressWords } from './progress-words.ts'

export const progressEn: ProgressWords = {
  perSecond: (count) => `${count}/s`,
  perMinute: (count) => `${count}/min`,
  left: (time) => `${time} left`,
  number: (value) => value.toLocaleString('en'),
}
