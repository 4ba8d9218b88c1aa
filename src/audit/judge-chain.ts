import { canonicalEvent, linkHash } from './canonical-event.ts'
import { chainBreak, type BreakReport } from './chain-break.ts'
import { isAfter, lowestKey, type ChainKey, type LinkedEvent } from './chain-store.ts'

export interface ChainJudge {
  /** Takes links in the order of `seq`. */
  judge(link: LinkedEvent): void
  /** What follows is in an order of its own (the registry moved). */
  restartOrder(): void
  /** Tells of what was still in doubt. */
  finish(): void
}

/** What does not fit its hash, until a later link shows between which sound ones it stands. */
interface Suspect {
  readonly seq: number
  readonly eventId: string
  readonly key: ChainKey
  /** What its hash would be if its event is as it was written. */
  readonly expectedHash: Buffer
}

/** So many in a row are told without waiting for a sound one: memory stays bounded. */
const mostSuspects = 10_000

/**
 * Finds what is wrong in a chain of links as it goes by.
 *
 * Each link is checked against the hash that its predecessor *has*, so one broken place does not
 * make everything after it look broken.
 */
export function judgeChain(
  start: { readonly seq: number; readonly hash: Buffer; readonly key: ChainKey },
  report: BreakReport,
): ChainJudge {
  let lastSeq = start.seq
  /** Null after a gap: what stood there cannot be known. */
  let lastHash: Buffer | null = start.hash
  let hashBeforeLast: Buffer | null = null
  let lastEventId: string | null = null
  let lastSoundKey = start.key
  let suspects: Suspect[] = []

  function judge(link: LinkedEvent): void {
    for (let seq = lastSeq + 1; seq < link.seq; seq++) report(chainBreak('link-removed', seq))
    if (link.seq !== lastSeq + 1) lastHash = null
    judgeInPlace(link, lastHash)
    hashBeforeLast = lastHash
    lastHash = link.hash
    lastEventId = String(link.key.id)
    lastSeq = link.seq
  }

  function judgeInPlace(link: LinkedEvent, previous: Buffer | null): void {
    const { seq, event, hash } = link
    const eventId = String(link.key.id)
    if (event === null) {
      report(chainBreak('removed', seq, { eventId }))
      return
    }
    const key = { xid: BigInt(event.xid), id: BigInt(event.id) }
    if (key.xid !== link.key.xid) report(chainBreak('link-changed', seq, { eventId }))
    if (previous === null) return
    const canonical = canonicalEvent(event)
    const expectedHash = linkHash(previous, canonical)
    if (expectedHash.equals(hash) || excuses(canonical, hash)) acceptSound({ seq, eventId, key })
    else suspect({ seq, eventId, key, expectedHash })
  }

  /** Whether the link is sound and only the one before it is not, which is then told. */
  function excuses(canonical: string, hash: Buffer): boolean {
    const before = suspects.at(-1)
    if (before?.seq === lastSeq && linkHash(before.expectedHash, canonical).equals(hash)) {
      suspects.pop()
      report(chainBreak('link-changed', lastSeq, { eventId: before.eventId }))
      return true
    }
    if (hashBeforeLast !== null && linkHash(hashBeforeLast, canonical).equals(hash)) {
      if (before?.seq === lastSeq) suspects.pop()
      report(chainBreak('inserted', lastSeq, { eventId: lastEventId }))
      return true
    }
    return false
  }

  function suspect(one: Suspect): void {
    suspects.push(one)
    if (suspects.length >= mostSuspects) settle(null)
  }

  function acceptSound(sound: { seq: number; eventId: string; key: ChainKey }): void {
    settle(sound.key)
    if (isAfter(sound.key, lastSoundKey)) lastSoundKey = sound.key
    else report(chainBreak('reordered', sound.seq, { eventId: sound.eventId }))
  }

  /** A suspect whose place in the order is between its neighbours was changed where it stands. */
  function settle(nextSoundKey: ChainKey | null): void {
    const misplaced = outOfOrder(suspects, lastSoundKey, nextSoundKey)
    for (const one of suspects) {
      const kind = misplaced.has(one.seq) ? 'reordered' : 'changed'
      report(chainBreak(kind, one.seq, { eventId: one.eventId }))
    }
    suspects = []
  }

  return {
    judge,
    restartOrder: () => {
      settle(null)
      lastSoundKey = lowestKey
    },
    finish: () => {
      settle(null)
    },
  }
}

/** Those that come after a later one, before an earlier one, or outside of the bounds. */
function outOfOrder(
  suspects: readonly Suspect[],
  after: ChainKey,
  before: ChainKey | null,
): Set<number> {
  const misplaced = new Set<number>()
  let highest = after
  for (const { key, seq } of suspects) {
    if (isAfter(key, highest)) highest = key
    else misplaced.add(seq)
  }
  let lowest = before
  for (const { key, seq } of [...suspects].reverse()) {
    if (lowest !== null && !isAfter(lowest, key)) misplaced.add(seq)
    else lowest = key
  }
  return misplaced
}
