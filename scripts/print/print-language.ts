import { wordsFor } from '../words/language.ts'
import { printEn } from '../words/print-en.ts'
import { printVi } from '../words/print-vi.ts'
import type { PrintWords } from '../words/print-words.ts'

export function printWords(): PrintWords {
  return wordsFor({ vi: printVi, en: printEn })
}
