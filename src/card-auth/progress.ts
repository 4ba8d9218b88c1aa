import type { ExpiringStore } from '../db/expiring-store.ts'
import type { MessageBus } from '../db/message-bus.ts'
import type { ProgressStep } from '../terminals/protocol.ts'
import { challengeTtlSeconds } from './challenge.ts'

/** What the page shows: a step of the terminal, or that the card has answered. */
export interface CardAuthProgress {
  readonly step: ProgressStep | 'signing-in'
  readonly triesLeft?: number
}

/** The steps of all card sign-ins, on whichever node the terminal reports them. */
export interface ProgressFeed {
  /** Hears the steps of one challenge until the function it returns is called. */
  listen(challengeId: string, onProgress: (progress: CardAuthProgress) => void): () => void
  close(): Promise<void>
}

export interface NoteStepDeps {
  readonly store: ExpiringStore
  readonly bus: MessageBus
}

/** Keeps the step for pages that come later, and tells those that watch now. */
export async function noteStep(
  deps: NoteStepDeps,
  challengeId: string,
  progress: CardAuthProgress,
): Promise<void> {
  const text = JSON.stringify(progress)
  await Promise.all([
    deps.store.put(progressKey(challengeId), text, challengeTtlSeconds),
    deps.bus.publish(topic, `${challengeId} ${text}`),
  ])
}

/**
 * Opens the one subscription of this node. Sign-ins come and go by the second: a subscription for
 * each would cost more than hearing of those that other nodes' pages watch.
 */
export async function openProgressFeed(bus: MessageBus): Promise<ProgressFeed> {
  const listeners = new Map<string, Set<(progress: CardAuthProgress) => void>>()
  const unsubscribe = await bus.subscribe(topic, (message) => {
    const end = message.indexOf(' ')
    const heard = listeners.get(message.slice(0, end))
    if (heard === undefined) return
    const progress = JSON.parse(message.slice(end + 1)) as CardAuthProgress
    for (const listener of heard) listener(progress)
  })
  return {
    listen: (challengeId, onProgress) => {
      // A function of its own, so that one listener may listen twice.
      const listener = (progress: CardAuthProgress): void => {
        onProgress(progress)
      }
      listeners.set(challengeId, (listeners.get(challengeId) ?? new Set()).add(listener))
      return () => {
        const rest = listeners.get(challengeId)
        rest?.delete(listener)
        if (rest?.size === 0) listeners.delete(challengeId)
      }
    },
    close: unsubscribe,
  }
}

/**
 * Calls `onProgress` with the last step, where there is one, and with every further step until the
 * function it returns is called. On any node.
 */
export async function watchCardAuth(
  deps: { readonly store: ExpiringStore; readonly feed: ProgressFeed },
  challengeId: string,
  onProgress: (progress: CardAuthProgress) => void,
): Promise<() => void> {
  const heard = { any: false }
  const stop = deps.feed.listen(challengeId, (progress) => {
    heard.any = true
    onProgress(progress)
  })
  const last = await deps.store.get(progressKey(challengeId)).catch((error: unknown) => {
    stop()
    throw error
  })
  // What came while we read is at least as new as what we read.
  if (last !== null && !heard.any) onProgress(JSON.parse(last) as CardAuthProgress)
  return stop
}

function progressKey(challengeId: string): string {
  return `card-auth:{${challengeId}}:progress`
}

const topic = 'card-auth'
