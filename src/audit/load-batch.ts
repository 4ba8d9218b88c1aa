import type { Queryable } from '../db/pool.ts'
import { countEvents, readStrays, type KeyRange } from './chain-range-store.ts'
import { isAfter, readLinkedEvents, type ChainKey, type LinkedEvent } from './chain-store.ts'
import { readCheckpoints, type StoredCheckpoint } from './checkpoint-store.ts'

/** A part of the chain whose events are in one order. */
export interface ChainSection {
  readonly afterSeq: number
  readonly upToSeq: number
  readonly afterId: bigint
  /** Null in the last section, which new events join. */
  readonly upToId: bigint | null
}

export interface BatchStart {
  readonly seq: number
  readonly key: ChainKey
}

export interface ChainBatch {
  readonly links: readonly LinkedEvent[]
  readonly checkpoints: readonly StoredCheckpoint[]
  /** Events that belong among these links and have none, with the place before which they belong. */
  readonly strays: readonly { readonly key: ChainKey; readonly beforeSeq: number }[]
  /** Where the next batch begins. */
  readonly end: BatchStart
}

export const batchSize = 5_000
/** An intruder who pushed in more than that is told of well enough. */
const mostStrays = 1_000

/** The next links of the section and everything that is needed to judge them. */
export async function loadBatch(
  db: Queryable,
  section: ChainSection,
  start: BatchStart,
): Promise<ChainBatch> {
  const range = { afterSeq: start.seq, upToSeq: section.upToSeq, limit: batchSize }
  const links = await readLinkedEvents(db, range)
  const isLast = links.length < batchSize
  const seq = isLast ? section.upToSeq : (links.at(-1)?.seq ?? section.upToSeq)
  const key = highest(start.key, links)
  return {
    links,
    checkpoints: await readCheckpoints(db, { afterSeq: start.seq, upToSeq: seq }),
    strays: await findStrays(db, links, { ...section, after: start.key, upTo: key }),
    end: { seq, key },
  }
}

/** Counting is cheap and says whether there is anything to look for. */
export async function findStrays(
  db: Queryable,
  links: readonly LinkedEvent[],
  range: KeyRange,
): Promise<ChainBatch['strays']> {
  const isIn = ({ key, event }: LinkedEvent): boolean =>
    event !== null && isAfter(key, range.after) && !isAfter(key, range.upTo)
  if ((await countEvents(db, range)) === links.filter(isIn).length) return []
  const strays = await readStrays(db, range, mostStrays)
  const endSeq = (links.at(-1)?.seq ?? 0) + 1
  return strays.map((key) => {
    const next = links.find((link) => isAfter(link.key, key))
    return { key, beforeSeq: next?.seq ?? endSeq }
  })
}

function highest(start: ChainKey, links: readonly LinkedEvent[]): ChainKey {
  return links.reduce((top, { key }) => (isAfter(key, top) ? key : top), start)
}
