import { crlEn } from '../../words/crl-en.ts'
import { crlVi } from '../../words/crl-vi.ts'
import type { CrlWords } from '../../words/crl-words.ts'
import { wordsFor } from '../../words/language.ts'

/** What `ecard crl` says, in the language of the person who asks. */
export function crlWords(): CrlWords {
  return wordsFor({ vi: crlVi, en: crlEn })
}
