import { mkdirSync, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { CardPort } from '../../card-reader/card-port.ts'
import { silentLog } from '../../card-reader/log.ts'
import { openPcscCardPort } from '../../card-reader/pcsc-card-port.ts'
import { systemRandom as readerRandom } from '../../card-reader/random.ts'
import {
  createInProcessCardPort,
  defaultReaderName,
} from '../../card-reader/virtual-card/in-process-card-port.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import type { DeskCard } from '../../src/cards/desk-card.ts'
import type { PinSource } from './holder-pin.ts'
import { deskOver } from './local-desk.ts'

/** A desk where one card after the other is made. */
export interface QueueDesk {
  /** For journal, audit and queue. */
  readonly name: string
  /** Resolves when a card lies there. @throws the signal's reason */
  untilInserted(signal: AbortSignal): Promise<void>
  /** As `CardDesk.withCard`; each card has its own source of PINs. */
  withCard<T>(pins: PinSource, work: (card: DeskCard) => Promise<T>): Promise<T>
  /**
   * Resolves when no card lies there any more.
   *
   * @param label - what became of the card
   * @throws the signal's reason
   */
  untilTaken(label: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

const virtualPrefix = 'virtual:'
const oneVirtualCard = 'in-reader.json'

/**
 * @param reader - the name of a reader or a part of it; `virtual:FOLDER` for a reader in this
 *   process into which a new virtual card falls whenever one was taken away: the card in it is the
 *   folder's `in-reader.json`, and one that was taken away is called after what became of it
 */
export async function openQueueDesk(reader: string): Promise<QueueDesk> {
  if (reader.startsWith(virtualPrefix)) return virtualQueueDesk(reader)
  const port = await openPcscCardPort({ log: silentLog, random: readerRandom })
  return {
    ...working(port, reader),
    untilInserted: (signal) => until(port, () => isInserted(port, reader), signal),
    untilTaken: (_, signal) => until(port, () => !isInserted(port, reader), signal),
  }
}

function virtualQueueDesk(reader: string): QueueDesk {
  const folder = reader.slice(virtualPrefix.length)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, oneVirtualCard)
  const port = createInProcessCardPort()
  return {
    ...working(port, defaultReaderName),
    name: reader,
    untilInserted: (signal) => {
      signal.throwIfAborted()
      if (!isInserted(port, defaultReaderName))
        port.insert(existsSync(file) ? VirtualCard.open({ file }) : VirtualCard.create({ file }))
      return Promise.resolve()
    },
    untilTaken: (label) => {
      port.remove()
      if (existsSync(file)) renameSync(file, join(folder, `${label}.json`))
      return Promise.resolve()
    },
  }
}

function working(port: CardPort, reader: string): Pick<QueueDesk, 'name' | 'withCard' | 'close'> {
  return {
    name: reader,
    withCard: (pins, work) => deskOver(port, { reader, pins, trace: null }).withCard(work),
    close: () => port.close(),
  }
}

/** A part of a name may mean several readers, for contact and air: a card in any of them counts. */
function isInserted(port: CardPort, reader: string): boolean {
  const readers = port.readers()
  const exact = readers.filter(({ name }) => name === reader)
  const meant = exact.length > 0 ? exact : readers.filter(({ name }) => name.includes(reader))
  return meant.some(({ cardPresent }) => cardPresent)
}

function until(port: CardPort, isSo: () => boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      if (!isSo() && !signal.aborted) return
      stopHearing()
      signal.removeEventListener('abort', settle)
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const stopHearing = port.onChange(settle)
    signal.addEventListener('abort', settle)
    settle()
  })
}
