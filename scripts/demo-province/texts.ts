export const languages = ['vi', 'en'] as const
export type Language = (typeof languages)[number]

/** A text in both languages of the demo. */
export type Text = Readonly<Record<Language, string>>

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value)
}
