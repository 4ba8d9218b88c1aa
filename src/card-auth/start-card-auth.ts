import type { Clock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { AppError } from '../errors.ts'
import type { CardKind, SignInSlot } from '../holders/card-kind.ts'
import type { Random } from '../random.ts'
import type { CancelRequest, Language, LocalText, SignInRequest } from '../terminals/protocol.ts'
import type { Terminal } from '../terminals/terminal.ts'
import { putChallenge, takeChallenge } from './challenge-store.ts'
import { newChallenge, type Challenge } from './challenge.ts'
import { CardRefused } from './refusal.ts'

/** No node holds a connection of this terminal: its agent is not running. */
export class TerminalOffline extends AppError {
  readonly code = 'TERMINAL_OFFLINE'
}

export type SendToTerminal = (
  terminalId: string,
  message: SignInRequest | CancelRequest,
) => Promise<boolean>

export interface StartCardAuthDeps {
  /** The origin that cards sign. */
  readonly issuer: string
  readonly store: ExpiringStore
  readonly sendToTerminal: SendToTerminal
  readonly clock: Clock
  readonly random: Random
}

export interface CardAuthRequest {
  readonly interactionId: string
  /** Known to this browser alone; kept as a hash. */
  readonly browserSecret: string
  /** The active terminal that the browser is paired with. */
  readonly terminal: Pick<Terminal, 'id'>
  readonly keySlot: SignInSlot
  /** The kinds that the application admits. */
  readonly cardKinds: readonly CardKind[]
  readonly application: LocalText
  readonly office: LocalText | null
  readonly language: Language
}

/**
 * Asks the terminal for a card, with a challenge bound to this interaction and this browser.
 *
 * @returns what the page shows; `number` is the one that the agent shows too
 * @throws TerminalOffline
 */
export async function startCardAuth(
  deps: StartCardAuthDeps,
  request: CardAuthRequest,
): Promise<{ challengeId: string; number: string; expiresAt: Date }> {
  const challenge = newChallenge(deps, {
    interactionId: request.interactionId,
    terminalId: request.terminal.id,
    keySlot: request.keySlot,
    cardKinds: request.cardKinds,
    origin: deps.issuer,
  })
  const { challengeId } = challenge
  const number = String(deps.random.below(100)).padStart(2, '0')
  const question = signInRequest(challenge, number, request)
  // At once: an answer is good only once the page has come, and the page waits for both.
  const [isSent] = await Promise.all([
    deps.sendToTerminal(request.terminal.id, question),
    putChallenge(deps.store, challenge, request.browserSecret),
  ])
  if (!isSent) throw new TerminalOffline('terminal offline', { terminalId: request.terminal.id })
  return { challengeId, number, expiresAt: new Date(challenge.expiresAt) }
}

function signInRequest(
  challenge: Challenge,
  number: string,
  { application, office, language }: CardAuthRequest,
): SignInRequest {
  const { challengeId, nonce, keySlot, expiresAt } = challenge
  return {
    type: 'sign-in',
    challengeId,
    nonce,
    keySlot,
    application,
    office,
    number,
    language,
    expiresAt,
  }
}

/**
 * Uses this browser's challenge up without an answer and tells the terminal to stop asking.
 * Harmless for a challenge that is gone or that another browser started.
 */
export async function cancelCardAuth(
  deps: Pick<StartCardAuthDeps, 'store' | 'sendToTerminal'>,
  attempt: { readonly challengeId: string; readonly browserSecret: string },
): Promise<void> {
  try {
    const { terminalId, challengeId } = await takeChallenge(deps.store, attempt)
    await deps.sendToTerminal(terminalId, { type: 'cancel', challengeId })
  } catch (error) {
    if (!(error instanceof CardRefused)) throw error
  }
}
