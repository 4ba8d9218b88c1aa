import { ecardEn } from '../words/ecard-en.ts'
import { ecardVi } from '../words/ecard-vi.ts'
import type { EcardWords } from '../words/ecard-words.ts'
import { wordsFor } from '../words/language.ts'

/** What every command says alike, in the language of the person who asks. */
export function ecardWords(): EcardWords {
  return wordsFor({ vi: ecardVi, en: ecardEn })
}
