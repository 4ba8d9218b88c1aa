import type { CardChannel } from '../../../card-reader/card-port.ts'
import type { VirtualCard } from '../../../card-reader/virtual-card/virtual-card.ts'

/** A virtual card as the PIV library speaks to it, with no reader between. */
export function cardChannel(card: VirtualCard): CardChannel {
  const counts = { exchanges: 0, bytes: 0 }
  return {
    transmit: (command) => {
      const response = card.transmit(command)
      counts.exchanges += 1
      counts.bytes += command.length + response.length
      return Promise.resolve(response)
    },
    get exchanges() {
      return counts.exchanges
    },
    get bytes() {
      return counts.bytes
    },
  }
}
