import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import {
  settlePreparedCertificates,
  type SettlementDeps,
  type SettlementOptions,
} from './settle-prepared-certificates.ts'

export interface WatchPreparedDeps extends SettlementDeps {
  readonly log: Log
}

export interface WatchPreparedOptions extends SettlementOptions {
  /** Default 60. */
  readonly everySeconds?: number
}

/**
 * Settles what issuances that were cut off have left, now and again and again. A failure is logged
 * and the next turn tries once more.
 *
 * @returns what stops it; it resolves when a turn that is running has ended
 */
export function watchPreparedCertificates(
  deps: WatchPreparedDeps,
  { olderThanSeconds, everySeconds = 60 }: WatchPreparedOptions,
): () => Promise<void> {
  let turn: Promise<void> = takeTurn(deps, olderThanSeconds)
  const timer = setInterval(() => {
    turn = turn.then(() => takeTurn(deps, olderThanSeconds))
  }, everySeconds * 1000)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await turn
  }
}

async function takeTurn(deps: WatchPreparedDeps, olderThanSeconds: number): Promise<void> {
  try {
    const count = await settlePreparedCertificates(deps, { olderThanSeconds })
    if (count > 0) deps.log.warn('certificates.settled', { count })
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'UNEXPECTED'
    deps.log.warn('certificates.not-settled', { error: code })
  }
}
