import { CommanderError } from 'commander'
import { AppError } from '../../src/errors.ts'
import { errorSentences } from '../words/error-words.ts'
import { languageOf, type Language } from '../words/language.ts'
import { ecardWords } from './ecard-words.ts'
import { Interrupted, interruptedStatus } from './interruption.ts'

interface ReportOptions {
  /** Whether to say where in the program something unexpected happened. */
  readonly isDebugging: boolean
}

/** Says on standard error what went wrong, in the language of the reader. @returns exit status */
export function reportError(error: unknown, { isDebugging }: ReportOptions): number {
  // Help and wrong usage have been printed already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const words = ecardWords()
  if (error instanceof Interrupted) {
    console.error(words.interrupted)
    return interruptedStatus
  }
  if (error instanceof AppError) {
    for (const line of describeError(error, languageOf(process.env))) console.error(line)
    return 1
  }
  // Messages of foreign errors may quote their input.
  const name = error instanceof Error ? error.name : typeof error
  console.error(`INTERNAL_ERROR: ${words.internalError(name)}`)
  if (isDebugging) console.error(error)
  else console.error(words.moreWithDebug)
  return 1
}

/** The code with a sentence, and below it what the error itself says where that is something else. */
export function describeError(error: AppError, language: Language): string[] {
  const { code, message } = error
  const sentence = errorSentences[code][language]
  if (sentence === null || isVietnamese(message)) return [`${code}: ${message}`]
  return [`${code}: ${sentence}`, ecardWords().details(message)]
}

/** Commands that have words of their own raise errors that speak Vietnamese already. */
function isVietnamese(message: string): boolean {
  return /\p{M}|đ/iu.test(message.normalize('NFD'))
}
