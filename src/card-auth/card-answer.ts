import type { ExpiringStore } from '../db/expiring-store.ts'
import type { MessageBus } from '../db/message-bus.ts'
import type { SignInSlot } from '../holders/card-kind.ts'
import type { Log } from '../log.ts'
import type { Progress, ReceivedAuthToken } from '../terminals/protocol.ts'
import { noteStep } from './progress.ts'
import { terminalOfChallenge } from './challenge-store.ts'
import { challengeTtlSeconds } from './challenge.ts'

/** What a terminal handed in, as it came: nothing of it is proven. */
export interface ReceivedAnswer {
  /** As the terminal says: a hint for the look-up. */
  readonly cardUuid: string
  readonly keySlot: SignInSlot
  /** The token's JSON text. */
  readonly token: string
  readonly terminalSignature?: string
}

export interface CardAnswerDeps {
  readonly store: ExpiringStore
  readonly bus: MessageBus
  readonly log: Log
}

/**
 * Passes a step that a terminal reports on to the page. A terminal that the challenge was not sent
 * to is not heard.
 */
export async function noteProgress(
  deps: CardAnswerDeps,
  terminalId: string,
  progress: Progress,
): Promise<void> {
  const { challengeId, step, triesLeft } = progress
  if (!(await isAsked(deps, terminalId, challengeId))) return
  await noteStep(deps, challengeId, triesLeft === undefined ? { step } : { step, triesLeft })
}

/**
 * Keeps the card's answer for the browser's own request to judge, and tells the page. The first
 * answer counts: a challenge is answered once. Nothing is checked here but who hands it in.
 */
export async function receiveAuthToken(
  deps: CardAnswerDeps,
  terminalId: string,
  received: ReceivedAuthToken,
): Promise<void> {
  const { challengeId, cardUuid, keySlot, token, terminalSignature } = received
  if (!(await isAsked(deps, terminalId, challengeId))) return
  const answer: ReceivedAnswer = {
    cardUuid,
    keySlot,
    token: JSON.stringify(token ?? null),
    ...(terminalSignature !== undefined && { terminalSignature }),
  }
  const text = JSON.stringify(answer)
  await Promise.all([
    // First: it is sent before the step, and so it is there when the page hears of it.
    deps.store.putIfAbsent(answerKey(challengeId), text, challengeTtlSeconds),
    noteStep(deps, challengeId, { step: 'signing-in' }),
  ])
}

/** The answer to this challenge, or null when none has arrived. */
export async function readAnswer(
  store: ExpiringStore,
  challengeId: string,
): Promise<ReceivedAnswer | null> {
  const answer = await store.get(answerKey(challengeId))
  // Our own writing: only `receiveAuthToken` puts a value under this key.
  return answer === null ? null : (JSON.parse(answer) as ReceivedAnswer)
}

async function isAsked(
  deps: CardAnswerDeps,
  terminalId: string,
  challengeId: string,
): Promise<boolean> {
  const asked = await terminalOfChallenge(deps.store, challengeId)
  if (asked === terminalId) return true
  deps.log.warn('card-auth.not-asked', { terminalId, challengeId, isKnown: asked !== null })
  return false
}

function answerKey(challengeId: string): string {
  return `card-auth:{${challengeId}}:answer`
}
