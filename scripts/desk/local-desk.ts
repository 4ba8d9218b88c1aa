import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CardChannel, CardPort } from '../../card-reader/card-port.ts'
import { findDeskReader } from '../../card-reader/desk/desk-reader.ts'
import { openPcscCardPort } from '../../card-reader/pcsc-card-port.ts'
import {
  createInProcessCardPort,
  defaultReaderName,
} from '../../card-reader/virtual-card/in-process-card-port.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { systemRandom as readerRandom } from '../../card-reader/random.ts'
import { silentLog } from '../../card-reader/log.ts'
import { CardFault } from '../../src/cards/card-fault.ts'
import type { CardDesk, DeskCard } from '../../src/cards/desk-card.ts'
import { systemRandom } from '../../src/random.ts'
import { asCardFault } from './card-faults.ts'
import type { PinSource } from './holder-pin.ts'
import { pivDeskCard } from './piv-desk-card.ts'
import { traced, type Trace } from './trace-channel.ts'

export interface DeskOptions {
  /**
   * The name of a reader or a part of it that no other has; `virtual:FILE` for a virtual card in
   * this process, made where there is no such file.
   */
  readonly reader: string
  readonly pins: PinSource
  /** null: nothing is told. */
  readonly trace: Trace | null
}

const virtualPrefix = 'virtual:'
/** Readers that were there before are found within this time. */
const findMs = 3000
const lookMs = 50

/** A reader of this machine as issuing desk. @throws CardFault `no-such-reader` */
export async function openLocalDesk(options: DeskOptions): Promise<CardDesk> {
  if (!options.reader.startsWith(virtualPrefix)) {
    const port = await openPcscCardPort({ log: silentLog, random: readerRandom })
    return deskOver(port, options)
  }
  const file = options.reader.slice(virtualPrefix.length)
  return virtualDesk(
    existsSync(file) ? VirtualCard.open({ file }) : VirtualCard.create({ file }),
    options,
  )
}

/** A desk on which one virtual card lies, as long as nothing pulls it away. */
export function virtualDesk(card: VirtualCard, options: Omit<DeskOptions, 'reader'>): CardDesk {
  const port = createInProcessCardPort()
  port.insert(card)
  return deskOver(port, { ...options, reader: defaultReaderName })
}

export function deskOver(port: CardPort, options: DeskOptions): CardDesk {
  return {
    name: options.reader,
    withCard: async (work) => {
      const reader = await findCard(port, options.reader)
      return asCardFault(() => port.withCard(reader, (channel) => present(channel, options, work)))
    },
    close: () => port.close(),
  }
}

async function present<T>(
  channel: CardChannel,
  { pins, trace }: DeskOptions,
  work: (card: DeskCard) => Promise<T>,
): Promise<T> {
  const told = trace === null ? channel : traced(channel, trace)
  const presented = pivDeskCard(told, {
    pins,
    randomBytes: (count) => systemRandom.bytes(count),
  })
  try {
    return await work(presented.card)
  } finally {
    presented.forget()
  }
}

/** The one reader with a card in it; readers may take a moment to be found. */
async function findCard(port: CardPort, wanted: string): Promise<string> {
  for (let waited = 0; ; waited += lookMs) {
    const found = findDeskReader(port.readers(), wanted)
    if ('name' in found) return found.name
    if (waited >= findMs) throw new CardFault(found.refusal, { reader: wanted })
    await sleep(lookMs)
  }
}
