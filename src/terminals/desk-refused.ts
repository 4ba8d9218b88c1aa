import { AppError, type Facts } from '../errors.ts'

/** Why nothing is done at a terminal from far away, or nothing more. */
export const deskRefusals = [
  'unknown-terminal',
  'several-terminals', // of that name: the id says which
  'not-enrolled',
  'withdrawn',
  'not-a-desk', // the registry does not say that it is an issuing desk
  'agent-not-a-desk', // whoever runs the agent did not say so
  'offline',
  'agent-too-old', // the agent is there and does not answer
  'busy',
  'not-the-terminal', // the answer was not signed by the terminal's key
  'message-altered',
  'connection-lost',
  'out-of-time',
  'no-prompt', // the terminal has no way to ask for a PIN
  'not-allowed', // the purpose does not need this
  'answer-malformed',
  'slip-is-here', // a PIN for a slip is not to travel
] as const
export type DeskRefusal = (typeof deskRefusals)[number]

/** What was begun on a card stays in the journal of issuing: the same command goes on with it. */
export class TerminalDeskRefused extends AppError {
  readonly code = 'TERMINAL_DESK_REFUSED'
  readonly reason: DeskRefusal

  /** @param details.sentence - what people read, once the language is known */
  constructor(
    reason: DeskRefusal,
    facts: Facts = {},
    { cause, sentence }: { readonly cause?: unknown; readonly sentence?: string } = {},
  ) {
    super(sentence ?? `terminal desk: ${reason}`, { reason, ...facts }, cause)
    this.reason = reason
  }
}
