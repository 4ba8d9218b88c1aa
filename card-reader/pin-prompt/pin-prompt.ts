import type { DeskNotice } from '../desk/desk-texts.ts'
import type { Language, LocalText, ProgressStep } from '../protocol.ts'

export type PinProblem = 'wrong-pin' | 'not-6-to-8-digits' | 'pin-too-simple' | 'pins-differ'

export interface PinRequest {
  /** Which application asks, in the holder's language as in the other. */
  readonly application: LocalText
  /** The short number that the sign-in page shows too. */
  readonly number: string
  /** Null where the card does not say. */
  readonly triesLeft: number | null
  /** Why the holder is asked again; null the first time. */
  readonly problem: PinProblem | null
  /** Set where the holder chooses a new PIN, which is typed twice. Default: the card's PIN. */
  readonly choosing?: 'first' | 'again'
  readonly language: Language
  /** Aborted when the card left or the sign-in ended: the prompt closes and gives null. */
  readonly signal: AbortSignal
}

export interface Notice {
  readonly application: LocalText
  readonly number: string
  readonly step: ProgressStep | DeskNotice
  readonly language: Language
}

/**
 * Where the holder types the PIN: always a window or terminal of this computer, never a page.
 *
 * The PIN pads of readers (pinpads) are out of reach: they need SCardControl with the reader's
 * own control codes on a connection that nfc-pcsc does not give (PC/SC part 10).
 */
export interface PinPrompt {
  /**
   * The PIN as ASCII bytes, or null when the holder cancelled. The caller overwrites the buffer.
   *
   * With one try left the prompt lets the holder confirm before it asks.
   *
   * @throws AgentError `PIN_PROMPT_FAILED` when nobody could be asked
   */
  askPin(request: PinRequest): Promise<Buffer | null>
  /** Shows which application asks at this terminal, and how far it has come. Must not throw. */
  notify(notice: Notice): void
}
