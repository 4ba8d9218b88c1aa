import type { ExpiringStore } from '../db/expiring-store.ts'
import type { MessageBus } from '../db/message-bus.ts'
import type { ProgressStep } from '../terminals/protocol.ts'
import { challengeTtlSeconds } from './challenge.ts'

/** What the page shows: a step of the terminal, or that the card has answered. */
export interface CardAuthProgress {
  readonly step: ProgressStep | 'signing-in'
  readonly triesLeft?: number
}

export interface ProgressDeps {
  readonly store: ExpiringStore
  readonly bus: MessageBus
}

/** Keeps the step for pages that come later, and tells those that watch now. */
export async function noteStep(
  deps: ProgressDeps,
  challengeId: string,
  progress: CardAuthProgress,
): Promise<void> {
  const text = JSON.stringify(progress)
  await Promise.all([
    deps.store.put(progressKey(challengeId), text, challengeTtlSeconds),
    deps.bus.publish(topicOf(challengeId), text),
  ])
}

/**
 * Calls `onProgress` with the last step, where there is one, and with every further step until the
 * function it returns is called. On any node.
 */
export async function watchCardAuth(
  deps: ProgressDeps,
  challengeId: string,
  onProgress: (progress: CardAuthProgress) => void,
): Promise<() => Promise<void>> {
  const heard = { any: false }
  const unsubscribe = await deps.bus.subscribe(topicOf(challengeId), (text) => {
    heard.any = true
    onProgress(JSON.parse(text) as CardAuthProgress)
  })
  const last = await deps.store.get(progressKey(challengeId)).catch(async (error: unknown) => {
    await unsubscribe()
    throw error
  })
  // What came while we read is at least as new as what we read.
  if (last !== null && !heard.any) onProgress(JSON.parse(last) as CardAuthProgress)
  return unsubscribe
}

function progressKey(challengeId: string): string {
  return `card-auth:{${challengeId}}:progress`
}

function topicOf(challengeId: string): string {
  return `card-auth:${challengeId}`
}
