import type { CardChannel, CardPort } from '../../../card-reader/card-port.ts'
import type { VirtualReader } from './virtual-reader.ts'

/**
 * The same readers, in a hand that may pull the card away in the middle: after the first exchange
 * the switch on the reader page decides, and the card then is gone for good reasons of its own.
 */
export function withHastyHand(port: CardPort, reader: Pick<VirtualReader, 'liftsNow'>): CardPort {
  return {
    readers: () => port.readers(),
    onChange: (listener) => port.onChange(listener),
    close: () => port.close(),
    withCard: (readerName, work) =>
      port.withCard(readerName, (card) => work(liftable(card, reader))),
  }
}

function liftable(card: CardChannel, reader: Pick<VirtualReader, 'liftsNow'>): CardChannel {
  return {
    transmit: (command) => {
      if (card.exchanges > 0) reader.liftsNow()
      return card.transmit(command)
    },
    get exchanges() {
      return card.exchanges
    },
    get bytes() {
      return card.bytes
    },
  }
}
