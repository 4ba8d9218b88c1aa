import type { ExpiringStore } from '../db/expiring-store.ts'
import type { MessageBus } from '../db/message-bus.ts'
import type { SignInSlot } from '../holders/card-kind.ts'
import type { Progress, ReceivedAuthToken } from '../terminals/protocol.ts'
import { noteStep } from './progress.ts'
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
}

/** Passes a step that the terminal which was asked reports on to the page. */
export function noteProgress(deps: CardAnswerDeps, progress: Progress): Promise<void> {
  const { challengeId, step, triesLeft } = progress
  return noteStep(deps, challengeId, triesLeft === undefined ? { step } : { step, triesLeft })
}

/**
 * Keeps the card's answer for the browser's own request to judge, and tells the page. The first
 * answer counts: a challenge is answered once. Nothing is checked here; the channel hears only the
 * terminal that was asked.
 */
export async function receiveAuthToken(
  deps: CardAnswerDeps,
  received: ReceivedAuthToken,
): Promise<void> {
  const { challengeId, cardUuid, keySlot, token, terminalSignature } = received
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

function answerKey(challengeId: string): string {
  return `card-auth:{${challengeId}}:answer`
}
