import { setTimeout as delay } from 'node:timers/promises'
import type { CardChannel, CardPort, ReaderStatus } from '../card-port.ts'
import { CardError } from '../status-word.ts'
import { PulledAway } from './faults.ts'
import type { VirtualCard } from './virtual-card.ts'

/** Readers that exist in this process only, for development and tests without PC/SC. */
export interface InProcessCardPort extends CardPort {
  /**
   * Presents a card, in the first reader unless named. `storage-card` stands for anything in the
   * field that only stores data: it answers no command.
   *
   * @throws CardError `reader-unavailable` for a reader that is not there
   */
  insert(card: VirtualCard | 'storage-card', readerName?: string): void
  /** Takes the card away, even in the middle of a command; nothing happens when none is there. */
  remove(readerName?: string): void
  /** Adds a reader, as plugging one in would; unplugging it takes its card away. */
  plugIn(readerName: string): void
  unplug(readerName: string): void
}

export const defaultReaderName = 'Virtual reader'

/** @param options.readers - names, default one reader called `Virtual reader` */
export function createInProcessCardPort(
  options: { readers?: readonly string[] } = {},
): InProcessCardPort {
  const names = options.readers ?? [defaultReaderName]
  const readers = new Map(names.map((name) => [name, new Reader(name)]))
  const listeners = new Set<() => void>()
  const announce = () => {
    for (const listener of listeners) listener()
  }
  const find = (name = names[0] ?? defaultReaderName): Reader => {
    const reader = readers.get(name)
    if (reader === undefined) throw new CardError('reader-unavailable')
    return reader
  }
  return {
    readers: () => [...readers.values()].map((reader) => reader.status()),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    withCard: async (readerName, work) => find(readerName).withCard(work, announce),
    insert(card, readerName) {
      find(readerName).insert(card)
      announce()
    },
    remove(readerName) {
      find(readerName).remove('card-removed')
      announce()
    },
    plugIn(readerName) {
      if (!readers.has(readerName)) readers.set(readerName, new Reader(readerName))
      announce()
    },
    unplug(readerName) {
      find(readerName).remove('reader-unavailable')
      readers.delete(readerName)
      announce()
    },
    close() {
      listeners.clear()
      for (const reader of readers.values()) reader.remove('reader-unavailable')
      readers.clear()
      return Promise.resolve()
    },
  }
}

type AwayReason = 'card-removed' | 'reader-unavailable'

class Reader {
  readonly #name: string
  #card: VirtualCard | 'storage-card' | null = null
  /** Aborted with a CardError when the card that is now there leaves. */
  #presence = new AbortController()
  /** Settles when the last user of the card is done: one at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(name: string) {
    this.#name = name
  }

  status(): ReaderStatus {
    const status = { name: this.#name, cardPresent: this.#card !== null }
    return this.#card === 'storage-card' ? { ...status, storageCard: true } : status
  }

  insert(card: VirtualCard | 'storage-card'): void {
    this.remove('card-removed')
    this.#card = card
    this.#presence = new AbortController()
  }

  remove(reason: AwayReason): void {
    this.#presence.abort(new CardError(reason))
    if (this.#card instanceof Object) this.#card.powerOff()
    this.#card = null
  }

  withCard<T>(work: (card: CardChannel) => Promise<T>, onPulledAway: () => void): Promise<T> {
    const turn = this.#turn.then(() => this.#use(work, onPulledAway))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #use<T>(work: (card: CardChannel) => Promise<T>, onPulledAway: () => void): Promise<T> {
    const card = this.#card
    if (card === null) throw new CardError('card-removed')
    if (card === 'storage-card') throw new CardError('not-a-piv-card')
    const pullAway = () => {
      if (this.#card === card) this.remove('card-removed')
      onPulledAway()
    }
    card.reset()
    try {
      return await work(new Channel(card, { presence: this.#presence.signal, pullAway }))
    } finally {
      card.powerOff()
    }
  }
}

interface ChannelOptions {
  readonly presence: AbortSignal
  readonly pullAway: () => void
}

class Channel implements CardChannel {
  readonly #card: VirtualCard
  readonly #options: ChannelOptions
  exchanges = 0
  bytes = 0

  constructor(card: VirtualCard, options: ChannelOptions) {
    this.#card = card
    this.#options = options
  }

  async transmit(command: Buffer): Promise<Buffer> {
    this.exchanges += 1
    this.bytes += command.length
    await this.#wait()
    const response = this.#execute(command)
    this.bytes += response.length
    return response
  }

  /** Yields even without a delay, as a real reader does, so that a removal can come in between. */
  async #wait(): Promise<void> {
    const { presence } = this.#options
    try {
      await delay(this.#card.faults.delayMs, undefined, { signal: presence })
    } catch (error) {
      if (!presence.aborted) throw error
    }
    presence.throwIfAborted()
  }

  #execute(command: Buffer): Buffer {
    try {
      return this.#card.transmit(command)
    } catch (error) {
      if (!(error instanceof PulledAway)) throw new CardError('card-defect', { cause: error })
      this.#options.pullAway()
      throw new CardError('card-removed')
    }
  }
}
