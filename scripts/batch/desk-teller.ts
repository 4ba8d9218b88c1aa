import type { TakenItem } from '../../src/batches/queue-store.ts'
import type { CardFault } from '../../src/cards/card-fault.ts'
import type { Queryable } from '../../src/db/pool.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import type { Progress } from '../commands/progress-bar.ts'
import { printWords } from '../print/print-language.ts'
import { batchWords, describeCardFault, describeFailure } from './batch-language.ts'
import type { DeskTeller, ItemOutcome } from './desk-work.ts'

export interface TellerOptions {
  readonly db: Queryable
  readonly desk: string
  readonly progress: Progress
  /** What became of each request, in the order in which it did. */
  readonly onOutcome: (item: TakenItem, outcome: ItemOutcome) => void
}

/**
 * Tells the people at one desk what to do, and how each card went, on standard error: standard
 * output stays for the result.
 */
export function createTeller({ db, desk, progress, onOutcome }: TellerOptions): DeskTeller {
  const words = batchWords()
  const names = new Map<string, string>()
  const nameOf = (item: TakenItem): string => names.get(item.holderId) ?? item.holderId
  return {
    insertCard: async (item) => {
      const holder = await createHolderStore(db).find(item.holderId)
      names.set(item.holderId, holder?.displayName ?? item.holderId)
      const kind = printWords().kinds[item.kind]
      say(words.insertCard({ number: item.number, name: nameOf(item), kind, desk }))
    },
    takeCardAway: () => {
      say(words.takeAway(desk))
    },
    tryAnotherCard: (fault: CardFault) => {
      say(`[${desk}] ${words.tryAnother(describeCardFault(fault))}`)
    },
    finished: (item, outcome) => {
      const of = { number: item.number, name: nameOf(item) }
      if (outcome.state === 'issued') say(words.itemIssued({ ...of, ...outcome }))
      else if (outcome.state === 'failed') {
        say(words.itemFailed({ ...of, why: describeFailure(outcome.reason) }))
        say(words.retryWith(item.batchId, item.number))
      } else say(words.itemLeft(item.number))
      if (outcome.state !== 'left') progress.advance()
      onOutcome(item, outcome)
    },
  }
}

/** On a terminal the bar stands on the last line: the text takes its place, and it is drawn anew. */
export function say(line: string): void {
  console.error(process.stderr.isTTY ? `\r\u001B[K${line}` : line)
}
