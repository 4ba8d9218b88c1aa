/**
 * The readers of this computer through PC/SC: the only file that loads nfc-pcsc.
 *
 * What is worked around here, from reading nfc-pcsc and the binding underneath:
 * - nfc-pcsc connects in shared mode at every insertion, so that other programs can speak between
 *   VERIFY and signature, and reports a failure of that under the error itself, where nobody
 *   listens. Its status listener is taken off; we connect on the binding, exclusively, on demand.
 * - When pcscd goes, every thread of the binding ends for good: the context is made anew.
 * - A reader that is plugged in again before its end was noticed is never announced: after each
 *   end the context is made anew too.
 * - A card that leaves in mid-command may give an empty answer and no error.
 * - PIN pads need control codes of each reader and a direct connection: out of reach.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AgentError } from './agent-error.ts'
import { backOffMs, type BackOffLimits } from './back-off.ts'
import type { CardChannel, CardPort } from './card-port.ts'
import { describeError, type Facts, type Log } from './log.ts'
import type {
  PcscBindings,
  PcscContext,
  PcscDevice,
  PcscReader,
  PcscStatus,
} from './pcsc-binding.ts'
import { pcscCodeOf } from './pcsc-error.ts'
import { openPcscSession } from './pcsc-session.ts'
import { isPcscServiceThere } from './pcsc-service.ts'
import type { Random } from './random.ts'
import { createReaderBoard, type ReaderBoard, type Sighting } from './reader-board.ts'
import { CardError } from './status-word.ts'

export interface PcscOptions {
  readonly log: Log
  readonly random: Random
  /** Between two looks for a PC/SC service that is not there. Default 0.5 to 5 s. */
  readonly backOff?: BackOffLimits
  /** For `PCSCLITE_CSOCK_NAME`. Default: the process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** A reader that ended may be back in a moment, and then it is found. */
const replugMs = 1000
/** How long a new context has to show the readers that the one before had. */
const settleMs = 1000
/** Cards in use when the port closes are waited for so long. */
const closeMs = 2000
const lookMs = 50
const defaultBackOff: BackOffLimits = { minMs: 500, maxMs: 5000 }
/** Byte 5 of the ATR that readers build for a card that only stores data (PC/SC part 3 §3.1.3.2.3). */
const storageCardByte = 0x4f

/**
 * Opens the readers of this computer and keeps them open through unplugging and restarts of the
 * PC/SC service. Resolves at once, with readers coming as they are found.
 *
 * @throws AgentError `PCSC_MISSING` when the optional addon is not installed
 */
export async function openPcscCardPort(options: PcscOptions): Promise<CardPort> {
  return new PcscCardPort(await loadBindings(), options)
}

async function loadBindings(): Promise<PcscBindings> {
  try {
    return (await import('nfc-pcsc')) as PcscBindings
  } catch (error) {
    throw new AgentError(
      'PCSC_MISSING',
      'The PC/SC addon is not installed. Install the packages libpcsclite-dev, g++, make and ' +
        'python3, then run: npm install --include=optional',
      error,
    )
  }
}

interface Context {
  readonly nfc: PcscContext
  readonly readers: Map<string, PcscReader>
  end(why: ContextEnd): void
}

type ContextEnd = 'closed' | 'reader-broken' | 'reader-ended' | 'service-lost'

class PcscCardPort implements CardPort {
  readonly #bindings: PcscBindings
  readonly #options: PcscOptions
  readonly #board: ReaderBoard = createReaderBoard()
  /** The last piece of work on each reader, so that the next waits for its turn. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** Readers with a call that never came back: closing them would block this process as well. */
  readonly #stuck = new WeakSet<PcscReader>()
  readonly #closing = new AbortController()
  readonly #supervision: Promise<void>
  #context: Context | null = null

  constructor(bindings: PcscBindings, options: PcscOptions) {
    this.#bindings = bindings
    this.#options = options
    this.#supervision = this.#supervise()
  }

  readers(): ReturnType<CardPort['readers']> {
    return this.#board.readers()
  }

  onChange(listener: () => void): () => void {
    return this.#board.onChange(listener)
  }

  async withCard<T>(readerName: string, work: (card: CardChannel) => Promise<T>): Promise<T> {
    const before = this.#turns.get(readerName) ?? Promise.resolve()
    const mine = before.then(() => this.#useCard(readerName, work))
    const settled = mine.catch(() => undefined)
    this.#turns.set(readerName, settled)
    return mine
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.race([this.#allIdle(), sleep(closeMs, undefined, { ref: false })])
    this.#context?.end('closed')
    await this.#supervision
  }

  async #useCard<T>(readerName: string, work: (card: CardChannel) => Promise<T>): Promise<T> {
    const reader = await this.#findReader(readerName)
    const session = await openPcscSession(reader)
    try {
      return await work(session)
    } finally {
      const release = await session.release()
      if (release === 'reset') this.#board.expectReset(readerName)
      if (release === 'stuck') this.#stuck.add(reader)
      if (release === 'stuck' || release === 'broken') this.#context?.end('reader-broken')
    }
  }

  /** A reader that is shown may be missing for a moment, between two contexts. */
  async #findReader(readerName: string): Promise<PcscReader> {
    for (let waited = 0; waited <= settleMs; waited += lookMs) {
      const reader = this.#context?.readers.get(readerName)
      if (reader !== undefined) return reader
      await this.#pause(lookMs)
    }
    throw new CardError('reader-unavailable')
  }

  /** One context after the other until the port is closed. */
  async #supervise(): Promise<void> {
    const { backOff = defaultBackOff, environment = process.env, random, log } = this.#options
    for (let failures = 0; !this.#closing.signal.aborted;) {
      const isThere = await isPcscServiceThere(environment)
      failures = isThere && (await this.#runContext()) ? 0 : failures + 1
      if (failures === 0) continue
      this.#keepOnly([])
      if (failures === 1) log.warn('pcsc.service-missing')
      await this.#pause(backOffMs(failures, backOff, random))
    }
  }

  /** Resolves when a context has ended; false when none could be made. */
  async #runContext(): Promise<boolean> {
    const nfc = this.#makeNfc()
    if (nfc === null) return false
    const why = await new Promise<ContextEnd>((end) => {
      const context: Context = { nfc, readers: new Map(), end }
      this.#context = context
      this.#listen(context)
      void this.#keepOnlyFound(context)
    })
    this.#options.log.info('pcsc.context-ended', { why })
    if (why === 'reader-ended') {
      await this.#pause(replugMs)
      await this.#allIdle()
    }
    this.#leaveContext()
    return true
  }

  #makeNfc(): PcscContext | null {
    try {
      return new this.#bindings.NFC()
    } catch (error) {
      this.#options.log.warn('pcsc.context-failed', describeError(error))
      return null
    }
  }

  #listen(context: Context): void {
    context.nfc.on('error', (error: Error) => {
      // A context that was closed says "cancelled" afterwards.
      if (this.#context !== context) return
      this.#options.log.warn('pcsc.context-failed', factsOf(error))
      context.end('service-lost')
    })
    context.nfc.on('reader', (device: PcscDevice) => {
      this.#follow(context, device)
    })
  }

  #follow(context: Context, device: PcscDevice): void {
    const { name, reader } = device
    device.autoProcessing = false
    reader.removeAllListeners('status')
    reader.on('status', (status: PcscStatus) => {
      if (this.#context === context) this.#board.put(name, sightingOf(status))
    })
    device.on('error', (error: Error) => {
      this.#options.log.debug('pcsc.reader-failed', { reader: name, ...factsOf(error) })
    })
    device.on('end', () => {
      if (this.#context !== context) return
      context.readers.delete(name)
      this.#board.remove(name)
      context.end('reader-ended')
    })
    context.readers.set(name, reader)
  }

  /** Readers of the context before that this one has not found are gone. */
  async #keepOnlyFound(context: Context): Promise<void> {
    await this.#pause(settleMs)
    if (this.#context === context) this.#keepOnly([...context.readers.keys()])
  }

  #keepOnly(names: readonly string[]): void {
    for (const { name } of this.#board.readers()) {
      if (!names.includes(name)) this.#board.remove(name)
    }
  }

  #leaveContext(): void {
    const context = this.#context
    this.#context = null
    for (const reader of context?.readers.values() ?? []) {
      if (!this.#stuck.has(reader)) reader.close()
    }
    context?.nfc.close()
  }

  async #allIdle(): Promise<void> {
    await Promise.all(this.#turns.values())
  }

  /** Ends early when the port closes. */
  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#closing
    await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
  }
}

function factsOf(error: Error): Facts {
  const code = pcscCodeOf(error)
  return { ...describeError(error), pcscCode: code === null ? null : code.toString(16) }
}

const presentBit = 0x20

/** The high half of PC/SC's state word counts insertions and removals. */
function sightingOf({ state, atr }: PcscStatus): Sighting {
  const cardPresent = (state & presentBit) !== 0
  const storageCard = cardPresent && atr !== undefined && atr[5] === storageCardByte
  return { cardPresent, storageCard, eventCount: state >>> 16 }
}
