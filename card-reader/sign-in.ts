/** One request of the service: cards are waited for until one signs, the holder gives up or time is up. */
import { AgentError } from './agent-error.ts'
import { createAuthToken } from './auth-token.ts'
import type { CardPort, ReaderStatus } from './card-port.ts'
import { signWithCard, SignInCancelled, type AskedFor, type CardAnswer } from './card-session.ts'
import { guardChannel } from './guarded-channel.ts'
import type { KnownCards } from './known-cards.ts'
import { describeError, type Log } from './log.ts'
import type { PinPrompt } from './pin-prompt/pin-prompt.ts'
import { watchPresence, type PresenceWatch } from './presence.ts'
import { isFault, isFinal, stepOfCardError, type Progress } from './progress.ts'
import type { AuthToken, ProgressStep, SignInRequest } from './protocol.ts'
import { CardError } from './status-word.ts'

export interface SignInDeps {
  readonly cardPort: CardPort
  readonly knownCards: KnownCards
  readonly pinPrompt: PinPrompt
  /** The origin pinned at enrolment, which the card signs. */
  readonly issuer: string
  readonly log: Log
  /** Aborted when the request is cancelled, replaced or out of time. */
  readonly signal: AbortSignal
  /** Called for every new step. */
  readonly report: (progress: Progress) => void
}

export interface SignedIn {
  readonly cardUuid: string
  readonly token: AuthToken
}

/**
 * Waits for a card and lets it sign; a card that fails is told about and may be tapped again.
 *
 * @returns null when the request ended without an answer: cancelled, blocked or aborted
 */
export async function runSignIn(
  deps: SignInDeps,
  request: SignInRequest,
): Promise<SignedIn | null> {
  const presence = watchPresence(deps.cardPort)
  try {
    return await untilSigned({ ...deps, ...createSteps(deps), presence }, request)
  } finally {
    presence.close()
  }
}

async function untilSigned(deps: Waiting, request: SignInRequest): Promise<SignedIn | null> {
  const { presence, signal } = deps
  while (!signal.aborted && !deps.isFinal()) {
    const found = presence.look()
    if (found.kind !== 'card') {
      deps.reportAbsence(found.kind)
      await presence.changed(signal)
      continue
    }
    const outcome = await tryCard(deps, request, found.reader)
    // What failed must be lifted before it counts again, else it would fail for ever.
    if (outcome === 'failed') presence.setAside(found.reader.name)
    else if (outcome === 'lost') presence.setAsideBriefly(found.reader.name)
    else return outcome
  }
  return null
}

interface Waiting extends SignInDeps, Steps {
  readonly presence: PresenceWatch
}

interface Steps {
  readonly report: (progress: Progress) => void
  readonly reportAbsence: (kind: 'no-reader' | 'no-card' | 'two-cards') => void
  readonly isFinal: () => boolean
}

/** Passes each step on once. A fault stays to be read until the next card comes. */
function createSteps({ report, signal }: SignInDeps): Steps {
  let last: Progress | null = null
  const reportNew = (progress: Progress): void => {
    const isOld = last?.step === progress.step && last.triesLeft === progress.triesLeft
    if (isOld || signal.aborted) return
    last = progress
    report(progress)
  }
  return {
    report: reportNew,
    reportAbsence: (kind) => {
      if (kind !== 'no-card') reportNew({ step: kind })
      else if (last === null || !isFault(last.step)) reportNew({ step: 'waiting-for-card' })
    },
    isFinal: () => last !== null && isFinal(last.step),
  }
}

/** What a card gives, unless it is lost on the way or fails; what was wrong has been reported then. */
async function tryCard(
  deps: Waiting,
  request: SignInRequest,
  reader: ReaderStatus,
): Promise<SignedIn | 'failed' | 'lost'> {
  try {
    if (reader.storageCard === true) throw new CardError('not-a-piv-card')
    const answer = await askCard(deps, request, reader.name)
    return { cardUuid: answer.cardUuid, token: createAuthToken(answer) }
  } catch (error) {
    if (deps.signal.aborted) return 'failed'
    deps.log.info('sign-in.card-failed', {
      challengeId: request.challengeId,
      ...describeError(error),
    })
    const progress = progressOf(error)
    deps.report(progress)
    return progress.step === 'card-removed' ? 'lost' : 'failed'
  }
}

/** Both pass when the card is powered up anew and asked from SELECT on; a second time they do not. */
const passingFaults = new Set(['card-defect', 'selection-lost'])

async function askCard(
  deps: Waiting,
  request: SignInRequest,
  readerName: string,
): Promise<CardAnswer> {
  try {
    return await askCardOnce(deps, request, readerName)
  } catch (error) {
    if (!(error instanceof CardError) || !passingFaults.has(error.reason)) throw error
    return await askCardOnce(deps, request, readerName)
  }
}

function askCardOnce(
  deps: Waiting,
  request: SignInRequest,
  readerName: string,
): Promise<CardAnswer> {
  const { cardPort, issuer, knownCards, log, report } = deps
  const lifted = deps.presence.untilLifted(readerName)
  const question = { keySlot: request.keySlot, origin: issuer, nonce: request.nonce }
  return cardPort.withCard(readerName, async (card) => {
    const askPin = (asked: AskedFor): Promise<Buffer | null> =>
      askPinWhileThere(deps, { ...request, ...asked }, lifted)
    const guarded = guardChannel(card, deps)
    const answer = await signWithCard(guarded, question, { knownCards, askPin, report })
    log.info('sign-in.signed', {
      challengeId: request.challengeId,
      cardUuid: answer.cardUuid,
      keySlot: request.keySlot,
      knownCard: answer.certificate === null,
      exchanges: card.exchanges,
      bytes: card.bytes,
    })
    return answer
  })
}

/** The prompt closes by itself when the card is lifted or the sign-in ends. */
async function askPinWhileThere(
  { pinPrompt, signal }: SignInDeps,
  { application, number, language, triesLeft, problem }: SignInRequest & AskedFor,
  lifted: AbortSignal,
): Promise<Buffer | null> {
  const pin = await pinPrompt.askPin({
    application,
    number,
    language,
    triesLeft,
    problem,
    signal: AbortSignal.any([signal, lifted]),
  })
  if (!signal.aborted && !lifted.aborted) return pin
  pin?.fill(0)
  signal.throwIfAborted()
  throw new CardError('card-removed')
}

/** What the page is told. A fault of our own is "cannot be read" there, and by name in the log. */
function progressOf(error: unknown): Progress {
  if (error instanceof SignInCancelled) return { step: 'cancelled-at-terminal' }
  // Nobody can be asked for a PIN here: another tap would change nothing.
  if (error instanceof AgentError) return { step: 'cancelled-at-terminal' }
  if (!(error instanceof CardError)) return { step: 'card-unreadable' }
  const step: ProgressStep = stepOfCardError[error.reason]
  return error.triesLeft === null ? { step } : { step, triesLeft: error.triesLeft }
}
