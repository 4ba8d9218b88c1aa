import { BatchRefused } from '../../src/batches/batch-refused.ts'
import type { RequestFault } from '../../src/batches/row-faults.ts'
import type { CardFault } from '../../src/cards/card-fault.ts'
import { NotFound } from '../../src/errors.ts'
import { inWords, peopleWords } from '../people/people-language.ts'
import { batchEn } from '../words/batch-en.ts'
import { batchVi } from '../words/batch-vi.ts'
import type { BatchWords } from '../words/batch-words.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf, wordsFor } from '../words/language.ts'

export function batchWords(): BatchWords {
  return wordsFor({ vi: batchVi, en: batchEn })
}

/** Runs a command and lets what it refuses speak the language of the person who asked. */
export async function inBatchWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await inWords(peopleWords(languageOf(process.env)), work)
  } catch (error) {
    if (!(error instanceof BatchRefused)) throw error
    const sentence = batchWords().refusals[error.reason](error.facts)
    throw new BatchRefused(error.reason, error.facts, { cause: error, sentence })
  }
}

export function noSuchBatch(id: string): NotFound {
  return new NotFound(batchWords().noSuchBatch(id))
}

export function describeFaults(faults: readonly RequestFault[]): string {
  const words = batchWords()
  return faults.map(({ reason, found }) => words.rowFaults[reason](found ?? '')).join('; ')
}

export function describeCardFault({ reason, facts }: CardFault): string {
  return cardWords(languageOf(process.env)).faults[reason](facts)
}

/** Why a request failed: a fault of the card, of the request, or the bare code. */
export function describeFailure(reason: string): string {
  const faults: Readonly<Record<string, ((found: string) => string) | undefined>> =
    batchWords().rowFaults
  const cards: Readonly<Record<string, ((facts: object) => string) | undefined>> = cardWords(
    languageOf(process.env),
  ).faults as Readonly<Record<string, (facts: object) => string>>
  return faults[reason]?.('') ?? cards[reason]?.({}) ?? reason
}
