import type { CardPort } from '../../../card-reader/card-port.ts'
import { openPcscCardPort } from '../../../card-reader/pcsc-card-port.ts'
import { createInProcessCardPort } from '../../../card-reader/virtual-card/in-process-card-port.ts'
import type { VirtualCard } from '../../../card-reader/virtual-card/virtual-card.ts'
import type { Log } from '../../../src/log.ts'
import { systemRandom } from '../../../src/random.ts'
import type { DemoOptions } from '../options.ts'
import { demoCards, type DemoCardId } from '../province.ts'
import { withHastyHand } from '../reader/hasty-hand.ts'
import { createVirtualReader, type VirtualReader } from '../reader/virtual-reader.ts'
import { cardFile, openCard } from '../seed/card-files.ts'

export interface DemoCards {
  readonly port: CardPort
  /** The screen and PIN pad; with the machine's own readers it has no cards to tap. */
  readonly reader: VirtualReader
  readonly virtual: Readonly<Record<DemoCardId, VirtualCard>> | null
}

/** About what a contactless card takes, so that the steps can be seen. */
const exchangeMs = 80

/** The virtual reader with its three cards, or the readers of this machine. */
export async function openCards(
  { pcsc }: Pick<DemoOptions, 'pcsc'>,
  { cardFolder, log }: { cardFolder: string; log: Log },
): Promise<DemoCards> {
  if (pcsc) return openMachineReaders(log)
  const virtual = openVirtualCards(cardFolder)
  const port = createInProcessCardPort({ readers: ['Đầu đọc thẻ ảo'] })
  const reader = createVirtualReader({
    insert: (card) => {
      port.insert(virtual[card])
    },
    remove: () => {
      port.remove()
    },
  })
  return { port: withHastyHand(port, reader), reader, virtual }
}

async function openMachineReaders(log: Log): Promise<DemoCards> {
  const nothing = { insert: () => undefined, remove: () => undefined }
  return {
    port: await openPcscCardPort({ log, random: systemRandom }),
    reader: createVirtualReader(nothing),
    virtual: null,
  }
}

function openVirtualCards(folder: string): Readonly<Record<DemoCardId, VirtualCard>> {
  const cards = demoCards.map(({ id }) => {
    const card = openCard(cardFile(folder, id))
    card.faults.delayMs = exchangeMs
    return [id, card] as const
  })
  return Object.fromEntries(cards) as Record<DemoCardId, VirtualCard>
}
