import { setTimeout as sleep } from 'node:timers/promises'
import { CardFault } from '../../src/cards/card-fault.ts'
import type { CardDesk } from '../../src/cards/desk-card.ts'
import { TerminalDeskRefused } from '../../src/terminals/desk-refused.ts'
import type { QueueDesk } from './queue-desk.ts'

export interface TerminalQueueOptions {
  /** Where cards are made. */
  readonly desk: CardDesk
  /** The same reader, asked again and again whether a card is there: it tells nobody of it. */
  readonly watch: CardDesk
  /** Between two looks. Default 1500. */
  readonly pollMs?: number
}

/**
 * A terminal's reader as a desk for one card after the other. Nobody tells when a card comes or
 * goes there, so it is looked for.
 */
export function terminalQueueDesk({ desk, watch, pollMs = 1500 }: TerminalQueueOptions): QueueDesk {
  const until = async (wanted: boolean, signal: AbortSignal): Promise<void> => {
    for (;;) {
      signal.throwIfAborted()
      if ((await hasCard(watch)) === wanted) return
      // Whoever stops is not kept waiting.
      await sleep(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return {
    name: desk.name,
    untilInserted: (signal) => until(true, signal),
    untilTaken: (_, signal) => until(false, signal),
    withCard: (pins, work) => {
      if (pins.staysHere === true) throw new TerminalDeskRefused('slip-is-here')
      return desk.withCard(work)
    },
    close: async () => {
      await desk.close()
      await watch.close()
    },
  }
}

/** What is wrong with a card is found by whoever works with it: it is there. */
async function hasCard(watch: CardDesk): Promise<boolean> {
  try {
    await watch.withCard(() => Promise.resolve())
    return true
  } catch (error) {
    if (!(error instanceof CardFault)) throw error
    return error.reason !== 'no-card' && error.reason !== 'card-removed'
  }
}
