import type { CardPort, ReaderStatus } from './card-port.ts'

/** What lies on the readers, as far as a sign-in cares. */
export type Presence =
  | { readonly kind: 'no-reader' }
  | { readonly kind: 'no-card' }
  | { readonly kind: 'two-cards' }
  | { readonly kind: 'card'; readonly reader: ReaderStatus }

export interface PresenceWatch {
  look(): Presence
  /** Resolves when something changed since the last `look`, or when `signal` aborts. */
  changed(signal: AbortSignal): Promise<void>
  /** The card on this reader had its turn: it counts again once it was lifted. */
  setAside(readerName: string): void
  /**
   * The card on this reader was lost: it counts again once the reader shows that it was lifted,
   * or after a moment. A card at the edge of the field, or put back at once, may never be shown
   * as lifted.
   */
  setAsideBriefly(readerName: string): void
  /** Aborted as soon as the card on this reader is lifted or the reader goes. */
  untilLifted(readerName: string): AbortSignal
  close(): void
}

/** Longer than a reader takes to look again for a card that left its field. */
const lostCardMs = 1000

/**
 * Watches the readers for one sign-in. A card that lies there from before counts as presented; a
 * card that was set aside does not, so a badge for another purpose that stays in a built-in reader
 * is looked at once and does not stand in the way after.
 */
export function watchPresence(port: CardPort): PresenceWatch {
  const aside = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  const lifts = new Map<string, AbortController>()
  let hasChanged = false
  let wake = (): void => undefined
  const hasCard = (name: string): boolean =>
    port.readers().some((reader) => reader.name === name && reader.cardPresent)
  const noteChange = (): void => {
    hasChanged = true
    wake()
  }
  const stopListening = port.onChange(() => {
    for (const name of aside) if (!hasCard(name)) aside.delete(name)
    for (const [name, lift] of lifts) if (!hasCard(name)) lift.abort()
    noteChange()
  })
  return {
    look: () => {
      hasChanged = false
      return presenceOf(port.readers(), aside)
    },
    changed: async (signal) => {
      if (hasChanged || signal.aborted) return
      await new Promise<void>((resolve) => {
        wake = resolve
        signal.addEventListener(
          'abort',
          () => {
            resolve()
          },
          { once: true },
        )
      })
    },
    setAside: (readerName) => {
      if (hasCard(readerName)) aside.add(readerName)
    },
    setAsideBriefly: (readerName) => {
      if (!hasCard(readerName)) return
      aside.add(readerName)
      const countAgain = (): void => {
        aside.delete(readerName)
        noteChange()
      }
      timers.add(setTimeout(countAgain, lostCardMs))
    },
    untilLifted: (readerName) => {
      const lift = new AbortController()
      lifts.set(readerName, lift)
      if (!hasCard(readerName)) lift.abort()
      return lift.signal
    },
    close: () => {
      stopListening()
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

function presenceOf(readers: readonly ReaderStatus[], aside: ReadonlySet<string>): Presence {
  if (readers.length === 0) return { kind: 'no-reader' }
  const presented = readers.filter(({ name, cardPresent }) => cardPresent && !aside.has(name))
  const [reader] = presented
  if (reader === undefined) return { kind: 'no-card' }
  return presented.length === 1 ? { kind: 'card', reader } : { kind: 'two-cards' }
}
