import type { ProgressWords } from './progress-words.ts'

export const progressVi: ProgressWords = {
  perSecond: (count) => `${count}/giây`,
  perMinute: (count) => `${count}/phút`,
  left: (time) => `còn ${time}`,
  number: (value) => value.toLocaleString('vi'),
}
