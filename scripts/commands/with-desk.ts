import { CardFault } from '../../src/cards/card-fault.ts'
import type { DeskCard } from '../../src/cards/desk-card.ts'
import { openLocalDesk } from '../desk/local-desk.ts'
import type { PinSource } from '../desk/holder-pin.ts'
import type { CardWords } from '../words/card-words.ts'

export interface DeskCommandOptions {
  /** Name of the reader, or a part of it; `virtual:FILE`. */
  readonly reader: string
  readonly trace?: boolean
}

/** Works on the one card in that reader; what goes wrong with it is told in the operator's words. */
export async function withDesk<T>(
  options: DeskCommandOptions & { readonly pins: PinSource; readonly words: CardWords },
  work: (card: DeskCard) => Promise<T>,
): Promise<T> {
  const { reader, pins, words } = options
  const trace =
    options.trace === true
      ? (line: string) => {
          console.error(line)
        }
      : null
  return inCardWords(words, async () => {
    const desk = await openLocalDesk({ reader, pins, trace })
    try {
      return await desk.withCard(work)
    } finally {
      await desk.close()
    }
  })
}

/** Lets the faults of cards speak the language of the person who asked. */
export async function inCardWords<T>(words: CardWords, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CardFault)) throw error
    const sentence = words.faults[error.reason](error.facts)
    throw new CardFault(error.reason, error.facts, { cause: error, sentence })
  }
}
