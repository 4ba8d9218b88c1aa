import { certificateEn } from '../../words/certificate-en.ts'
import { certificateVi } from '../../words/certificate-vi.ts'
import type { CertificateWords } from '../../words/certificate-words.ts'
import { wordsFor } from '../../words/language.ts'

/** What `ecard certificate` says, in the language of the person who asks. */
export function certificateWords(): CertificateWords {
  return wordsFor({ vi: certificateVi, en: certificateEn })
}
