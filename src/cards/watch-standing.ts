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
 * none: after a gap in the connection, and after an `onEnded` that failed, it catches up from the
 * registry.
 *
 * @returns how to stop
 */
export async function watchStanding(deps: WatchStandingDeps): Promise<() => Promise<void>> {
  let caughtUpTo = deps.clock.now()
  let retry: NodeJS.Timeout | undefined
  const end = (change: StandingChange): void => {
    deps.onEnded(change).then(
      () => {
        if (retry === undefined) caughtUpTo = deps.clock.now()
      },
      (error: unknown) => {
        catchUpLater(error)
      },
    )
  }
  const catchUp = async (): Promise<void> => {
    const until = deps.clock.now()
    const since = new Date(caughtUpTo.getTime() - overlapMs)
    for (const change of await standingEndedSince(deps.db, since)) await deps.onEnded(change)
    caughtUpTo = until
  }
  function catchUpLater(error: unknown): void {
    deps.log.error('standing.not-ended', error)
    retry ??= setTimeout(() => {
      retry = undefined
      catchUp().catch(catchUpLater)
    }, retryDelayMs)
  }
  const stop = await listenForStanding(deps.db, end, () => {
    catchUp().catch(catchUpLater)
  })
  return () => {
    clearTimeout(retry)
    return stop()
  }
}
