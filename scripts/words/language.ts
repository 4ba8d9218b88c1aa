export type Language = 'vi' | 'en'

/** ECARD_LANG, else the language of the terminal; Vietnamese where both say something else. */
export function languageOf(environment: NodeJS.ProcessEnv): Language {
  const named = environment['ECARD_LANG'] ?? environment['LC_ALL'] ?? environment['LANG'] ?? ''
  return /^(en|C|POSIX)(?![a-z])/i.test(named) ? 'en' : 'vi'
}

/** The texts of a command in the language of whoever runs it. */
export function wordsFor<T>({ vi, en }: Readonly<Record<Language, T>>): T {
  return languageOf(process.env) === 'vi' ? vi : en
}
