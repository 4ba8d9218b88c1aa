import {
  checkTerminalSignature,
  TerminalSignatureRefused,
} from '../../terminals/terminal-signature.ts'
import type { TerminalStanding } from '../../terminals/terminal.ts'
import type { ReceivedAnswer } from '../card-answer.ts'
import type { Challenge } from '../challenge.ts'
import { CardRefused } from '../refusal.ts'

/**
 * Did the terminal that we asked, one of ours and in service, take this answer to this question?
 *
 * A wrong origin shows here alone: in the card's signature it cannot be told from any other wrong
 * bytes, whereas the terminal names whom it addresses.
 *
 * @throws CardRefused `terminal-withdrawn`, `terminal-signature-missing`,
 *   `terminal-signature-wrong`, `origin-mismatch`
 */
export function checkTerminal(
  terminal: TerminalStanding | null,
  received: ReceivedAnswer,
  challenge: Challenge,
): TerminalStanding {
  if (terminal?.state !== 'active') throw new CardRefused('terminal-withdrawn')
  const { origin, nonce } = challenge
  const { cardUuid, keySlot, terminalSignature } = received
  try {
    const expected = { origin, nonce, cardUuid, keySlot }
    checkTerminalSignature(terminal, terminalSignature, expected)
  } catch (cause) {
    if (!(cause instanceof TerminalSignatureRefused)) throw cause
    throw new CardRefused(cause.reason, { cause })
  }
  return terminal
}
