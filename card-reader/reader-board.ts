import type { ReaderStatus } from './card-port.ts'

/** What PC/SC says of one reader at one moment. */
export interface Sighting {
  readonly cardPresent: boolean
  readonly storageCard: boolean
  /** PC/SC's count of insertions and removals; 0 where the platform does not count. */
  readonly eventCount: number
}

/**
 * The readers as this computer's PC/SC last showed them, and who wants to hear of changes.
 *
 * A card that was lifted and put back between two looks is shown as lifted first, so that a second
 * tap is never taken for the same one.
 */
export interface ReaderBoard {
  readers(): readonly ReaderStatus[]
  onChange(listener: () => void): () => void
  put(readerName: string, sighting: Sighting): void
  remove(readerName: string): void
  /** The next count that differs is of our own doing: it is no new tap. */
  expectReset(readerName: string): void
}

export function createReaderBoard(): ReaderBoard {
  const sightings = new Map<string, Sighting>()
  const ownResets = new Set<string>()
  const listeners = new Set<() => void>()
  const change = (readerName: string, sighting: Sighting | null): void => {
    if (sighting === null) sightings.delete(readerName)
    else sightings.set(readerName, sighting)
    for (const listener of [...listeners]) listener()
  }
  return {
    readers: () => [...sightings].map(([name, sighting]) => statusOf(name, sighting)),
    onChange: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    put: (readerName, sighting) => {
      const before = sightings.get(readerName)
      const isOurs = before?.eventCount !== sighting.eventCount && ownResets.delete(readerName)
      if (isUnseenLift(before, sighting) && !isOurs) {
        change(readerName, { ...sighting, cardPresent: false, storageCard: false })
      }
      if (isShownAlready(before, sighting)) sightings.set(readerName, sighting)
      else change(readerName, sighting)
    },
    remove: (readerName) => {
      ownResets.delete(readerName)
      if (sightings.has(readerName)) change(readerName, null)
    },
    expectReset: (readerName) => {
      ownResets.add(readerName)
    },
  }
}

function statusOf(name: string, { cardPresent, storageCard }: Sighting): ReaderStatus {
  return storageCard ? { name, cardPresent, storageCard } : { name, cardPresent }
}

function isUnseenLift(before: Sighting | undefined, now: Sighting): boolean {
  return before?.cardPresent === true && now.cardPresent && before.eventCount !== now.eventCount
}

function isShownAlready(before: Sighting | undefined, now: Sighting): boolean {
  if (before?.cardPresent !== now.cardPresent || before.storageCard !== now.storageCard)
    return false
  return !now.cardPresent || before.eventCount === now.eventCount
}
