import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { withinTransaction } from '../db/within-transaction.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import { listEndedCards } from './card-list-store.ts'
import { changeCardState, type CardStandingDeps } from './change-card-state.ts'

const atOnce = 100

/**
 * Takes note of the cards whose time is over: their sessions end by that, on every node. They sign
 * nobody in from the moment itself on, whether this has run or not.
 *
 * @returns how many; what another node is about to note is left to it
 */
export async function expireCards({ db, clock }: CardStandingDeps): Promise<number> {
  for (let count = 0; ;) {
    const done = await db.inTransaction(async (tx) => {
      const ended = await listEndedCards(tx, { now: clock.now(), limit: atOnce })
      const deps = { db: withinTransaction(db, tx), clock }
      for (const cardUuid of ended) {
        const request = { cardUuid, actor: 'service', reason: 'its time is over' }
        await changeCardState(deps, request, { event: 'card.expired', from: null, to: 'expired' })
      }
      return ended.length
    })
    count += done
    if (done < atOnce) return count
  }
}

/**
 * The same now and again and again. A failure is logged and the next turn tries once more.
 *
 * @param options.everySeconds - default 60
 * @returns what stops it; it resolves when a turn that is running has ended
 */
export function watchCardEnds(
  deps: { readonly db: Database; readonly clock: Clock; readonly log: Log },
  { everySeconds = 60 }: { readonly everySeconds?: number } = {},
): () => Promise<void> {
  let turn: Promise<void> = takeTurn(deps)
  const timer = setInterval(() => {
    turn = turn.then(() => takeTurn(deps))
  }, everySeconds * 1000)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await turn
  }
}

async function takeTurn(deps: CardStandingDeps & { readonly log: Log }): Promise<void> {
  try {
    const count = await expireCards(deps)
    if (count > 0) deps.log.info('cards.expired', { count })
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'UNEXPECTED'
    deps.log.warn('cards.not-expired', { error: code })
  }
}
