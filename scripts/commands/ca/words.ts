import { authorityEn } from '../../words/authority-en.ts'
import { authorityVi } from '../../words/authority-vi.ts'
import type { AuthorityWords } from '../../words/authority-words.ts'
import { wordsFor } from '../../words/language.ts'

/** What `ecard ca` says, in the language of the person who asks. */
export function authorityWords(): AuthorityWords {
  return wordsFor({ vi: authorityVi, en: authorityEn })
}

/** `Key       data/keystore/ca-root.pem`: a label and its value, values below one another. */
export function labelled(
  label: keyof AuthorityWords['labels'] | 'SHA-256',
  value: string,
  { labels, labelWidth }: AuthorityWords,
): string {
  const name = label === 'SHA-256' ? label : labels[label]
  return name.padEnd(labelWidth) + value
}
