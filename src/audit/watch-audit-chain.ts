import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { AppError } from '../errors.ts'
import type { Keystore } from '../keystore/keystore.ts'
import type { Log } from '../log.ts'
import { linkBatchSize, linkEvents } from './link-events.ts'
import { makeDueCheckpoint } from './make-checkpoint.ts'

export interface WatchAuditChainDeps {
  readonly db: Pick<Database, 'inTransaction'>
  readonly keystore: Keystore
  readonly clock: Clock
  readonly log: Log
}

/**
 * How long an event waits for its link. The chain is looked at, not notified: a notification takes
 * a lock that the whole PostgreSQL shares until the commit is on disk, and sign-ins would queue.
 */
const everyMs = 1_000

/**
 * Links audit events and signs checkpoints from now on, in the background and through every
 * outage. Each node may do so: one at a time is at work.
 *
 * @returns how to stop, between two transactions
 */
export function watchAuditChain(deps: WatchAuditChainDeps): () => Promise<void> {
  const stopping = new AbortController()
  const { signal } = stopping
  const troubles = tellOnce(deps.log)
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      const isMore = await troubles(() => workOnce(deps))
      if (!isMore) await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const done = work()
  return () => {
    stopping.abort()
    return done
  }
}

/** @returns whether there is more to link at once */
async function workOnce(deps: WatchAuditChainDeps): Promise<boolean> {
  const { linked } = await linkEvents(deps.db)
  const made = await makeDueCheckpoint(deps)
  if (made !== null) {
    // In a log that is kept elsewhere, the hash tells of a chain that was rewritten.
    const { number, seq, hash } = made
    deps.log.info('audit.checkpoint', { number, seq, hash })
  }
  return linked === linkBatchSize
}

/** Says once that it fails, and once that it does not any more: an outage is not a line a second. */
function tellOnce(log: Log): (work: () => Promise<boolean>) => Promise<boolean> {
  let told: string | null = null
  return async (work) => {
    try {
      const result = await work()
      if (told !== null) log.info('audit.linking-again')
      told = null
      return result
    } catch (error) {
      const name = error instanceof AppError ? error.code : 'unexpected'
      if (name !== told) log.error('audit.not-linked', error)
      told = name
      return false
    }
  }
}
