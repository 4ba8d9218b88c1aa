import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import type { Log } from '../log.ts'
import { listenForStanding, standingEndedSince, type StandingChange } from './standing-store.ts'

export interface WatchStandingDeps {
  readonly db: Pick<Database, 'listen' | 'query'>
  readonly clock: Clock
  readonly log: Log
  /** Ends what rests on the subject. Called again for the same change where in doubt. */
  readonly onEnded: (change: StandingChange) => Promise<void>
}

/** Clocks of nodes differ a little, and a change counts from before its commit. */
const overlapMs = 60_000
const retryDelayMs = 1_000

/**
 * Hears of every card, holder and terminal whose standing ends, from the commit on, and loses
 * none: after a gap in the connection, after an authority was revoked, and after an `onEnded` that
 * failed, it catches up from the registry, one subject after the other.
 *
 * @returns how to stop
 */
export async function watchStanding(deps: WatchStandingDeps): Promise<() => Promise<void>> {
  let caughtUpTo = deps.clock.now()
  let catchingUp = 0
  let retry: NodeJS.Timeout | undefined
  /** While anything is owed the mark stands still, so that the next try reaches back to it. */
  const moveMark = (to: Date): void => {
    if (catchingUp === 0 && retry === undefined) caughtUpTo = to
  }
  const end = (change: StandingChange): void => {
    deps.onEnded(change).then(() => {
      moveMark(deps.clock.now())
    }, catchUpLater)
  }
  const catchUp = async (): Promise<void> => {
    const until = deps.clock.now()
    const since = new Date(caughtUpTo.getTime() - overlapMs)
    catchingUp += 1
    try {
      for (const change of await standingEndedSince(deps.db, since)) await deps.onEnded(change)
    } catch (error) {
      catchUpLater(error)
    }
    catchingUp -= 1
    moveMark(until)
  }
  function catchUpLater(error: unknown): void {
    deps.log.error('standing.not-ended', error)
    retry ??= setTimeout(() => {
      retry = undefined
      void catchUp()
    }, retryDelayMs)
  }
  const stop = await listenForStanding(deps.db, end, () => void catchUp())
  return () => {
    clearTimeout(retry)
    return stop()
  }
}
