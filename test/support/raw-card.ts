import { VirtualCard, type CardOptions } from '../../card-reader/virtual-card/virtual-card.ts'

/** A virtual card spoken to in hexadecimal: what the simulator's own tests need, and no library. */
export interface RawCard {
  readonly card: VirtualCard
  /** One APDU, spaces allowed; the response in lower-case hexadecimal with its status word. */
  readonly send: (apdu: string) => string
  /** Sends one APDU and gives its status word alone. */
  readonly statusOf: (apdu: string) => string
}

export const selectPiv = '00a4040009a0000003080000100000'
export const factoryKey = '010203040506070801020304050607080102030405060708'

export function rawCard(card: VirtualCard): RawCard {
  const send = (apdu: string) =>
    card.transmit(Buffer.from(apdu.replaceAll(' ', ''), 'hex')).toString('hex')
  return { card, send, statusOf: (apdu) => send(apdu).slice(-4) }
}

/** A blank card, selected. */
export function selectedCard(options: CardOptions = {}): RawCard {
  const raw = rawCard(VirtualCard.create(options))
  raw.send(selectPiv)
  return raw
}

/**
 * A blank card, selected, its management key (3DES) authenticated: the card's witness is made known
 * by fixed randomness, so no cipher is needed here.
 */
export function administeredCard(options: CardOptions = {}): RawCard {
  const raw = selectedCard({ ...options, randomBytes: fixedRandom('0011223344556677') })
  raw.send('0087039b047c02800000')
  raw.send('0087039b167c148008001122334455667781088899aabbccddeeff00')
  return raw
}

/** "Random" bytes of which the test knows the beginning; the rest are zero. */
export function fixedRandom(hex: string): (count: number) => Buffer {
  return (count) => Buffer.from(hex.padEnd(2 * count, '0').slice(0, 2 * count), 'hex')
}
