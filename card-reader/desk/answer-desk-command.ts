import { AgentError } from '../agent-error.ts'
import { CardError, type CardErrorReason } from '../status-word.ts'
import type { CardOperations } from './card-operations.ts'
import { mayDo, performDeskCommand, readDeskCommand, type DeskTerms } from './desk-commands.ts'
import { PinCancelled } from './pin-source.ts'

/** What a command came to, as it goes back: bytes in base64, a fault by name. */
export type DeskAnswer =
  | { readonly value: unknown }
  | {
      readonly fault: CardErrorReason | 'pin-cancelled' | 'no-prompt' | 'not-allowed' | 'not-known'
      readonly triesLeft?: number
      readonly statusWord?: number
    }

/** @throws what is no fault of card or holder: the desk is over then */
export async function answerDeskCommand(
  card: CardOperations,
  message: unknown,
  terms: DeskTerms,
): Promise<DeskAnswer> {
  const command = readDeskCommand(message)
  if (command === null) return { fault: 'not-known' }
  if (!mayDo(terms.purpose, command)) return { fault: 'not-allowed' }
  try {
    return { value: await performDeskCommand(card, command, terms) }
  } catch (error) {
    return faultOf(error)
  }
}

function faultOf(error: unknown): DeskAnswer {
  if (error instanceof PinCancelled) return { fault: 'pin-cancelled' }
  if (error instanceof AgentError) return { fault: 'no-prompt' }
  if (!(error instanceof CardError)) throw error
  const { reason, triesLeft, statusWord } = error
  return {
    fault: reason,
    ...(triesLeft !== null && { triesLeft }),
    ...(statusWord !== null && { statusWord }),
  }
}
