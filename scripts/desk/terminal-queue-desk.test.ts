import { describe, expect, it } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import {
  createInProcessCardPort,
  defaultReaderName,
} from '../../card-reader/virtual-card/in-process-card-port.ts'
import { CardFault } from '../../src/cards/card-fault.ts'
import type { CardDesk } from '../../src/cards/desk-card.ts'
import { deskOver } from './local-desk.ts'
import { noPins } from './no-pins.ts'
import { terminalQueueDesk } from './terminal-queue-desk.ts'

/** As a terminal answers: at once, whether or not a card is there. */
function deskWithPort() {
  const port = createInProcessCardPort()
  const local = deskOver(port, { reader: defaultReaderName, pins: noPins, trace: null })
  const desk: CardDesk = {
    ...local,
    name: 'Quầy số 1',
    withCard: (work) =>
      port.readers().some(({ cardPresent }) => cardPresent)
        ? local.withCard(work)
        : Promise.reject(new CardFault('no-card')),
  }
  return { port, queue: terminalQueueDesk({ desk, watch: desk, pollMs: 5 }) }
}

describe('a terminal as desk of a batch', () => {
  const { signal } = new AbortController()

  it('sees cards come and go', async () => {
    const { port, queue } = deskWithPort()
    const inserted = queue.untilInserted(signal)
    port.insert(VirtualCard.create({}))
    await inserted
    expect(await queue.withCard(noPins, (card) => card.identify())).toMatchObject({
      cardUuid: null,
    })
    const taken = queue.untilTaken('made', signal)
    port.remove()
    await taken
    await queue.close()
  })

  it('stops waiting when it is told to', async () => {
    const { queue } = deskWithPort()
    const stop = new AbortController()
    const waiting = queue.untilInserted(stop.signal)
    stop.abort()
    await expect(waiting).rejects.toBe(stop.signal.reason)
  })

  it('gets no PIN that is written on a slip elsewhere', () => {
    const { queue } = deskWithPort()
    const work = () => queue.withCard({ ...noPins, staysHere: true }, () => Promise.resolve())
    expect(work).toThrow(expect.objectContaining({ reason: 'slip-is-here' }))
  })
})
