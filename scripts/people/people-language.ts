import { AppError } from '../../src/errors.ts'
import { ImportRefused } from '../../src/holders/import/import-refused.ts'
import type { Language } from '../words/language.ts'
import { wordsFor } from '../words/language.ts'
import { peopleEn } from '../words/people-en.ts'
import { peopleHelpEn } from '../words/people-help-en.ts'
import { peopleHelpVi } from '../words/people-help-vi.ts'
import type { PeopleHelpWords } from '../words/people-help-words.ts'
import { peopleVi } from '../words/people-vi.ts'
import type { PeopleWords } from '../words/people-words.ts'
import { PeopleFileRefused } from './people-file-refused.ts'

export function peopleWords(language: Language): PeopleWords {
  return language === 'vi' ? peopleVi : peopleEn
}

/** What the help of `ecard agency` and `ecard holder` says. */
export function peopleHelp(): PeopleHelpWords {
  return wordsFor({ vi: peopleHelpVi, en: peopleHelpEn })
}

/** Runs a command and lets what it refuses speak the language of the person who asked. */
export async function inWords<T>(words: PeopleWords, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof AppError ? said(error, words) : error
  }
}

function said(error: AppError, words: PeopleWords): AppError {
  if (error instanceof ImportRefused)
    return new ImportRefused(error.counts, words.importRefused(error.counts))
  if (error instanceof PeopleFileRefused) {
    const sentence = words.fileFaults[error.reason](error.facts)
    return new PeopleFileRefused(error.reason, error.facts, { cause: error, sentence })
  }
  return error
}
