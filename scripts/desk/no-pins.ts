import { CardFault } from '../../src/cards/card-fault.ts'
import type { PinSource } from './holder-pin.ts'

/** For commands that only read. */
export const noPins: PinSource = {
  choose: () => Promise.reject(new CardFault('pin-cancelled')),
  enter: () => Promise.reject(new CardFault('pin-cancelled')),
}
