import { exchangeApdu } from './apdu.ts'
import type { CardChannel } from './card-port.ts'
import { CardError, checkStatusWord, type Purpose } from './status-word.ts'

const headerBytes = 5
const fieldBytes = 8

/** ASCII digits. A holder's PIN comes as bytes, which can be overwritten; a string cannot. */
export type Pin = string | Uint8Array

export interface PinCommand {
  readonly ins: number
  /** 80 is the PIN, 81 the PUK. */
  readonly reference: 0x80 | 0x81
  /** In the order in which they travel. */
  readonly pins: readonly Pin[]
}

/**
 * Sends a command whose data are PIN fields: 8 bytes each, ASCII digits, padded with FF
 * (SP 800-73pt2-5 §3.2). The bytes that travelled are overwritten, whatever happens.
 *
 * @throws CardError `pin-malformed` before anything was sent; then as `purpose` says
 */
export async function performWithPins(
  channel: CardChannel,
  command: PinCommand,
  purpose: Purpose,
): Promise<void> {
  command.pins.forEach(checkPinFormat)
  const apdu = Buffer.alloc(headerBytes + fieldBytes * command.pins.length, 0xff)
  try {
    writePinApdu(apdu, command)
    const { statusWord } = await exchangeApdu(channel, apdu)
    checkStatusWord(statusWord, purpose)
  } finally {
    apdu.fill(0)
  }
}

/**
 * 6 to 8 decimal digits, for the PIN as for the PUK: what every card of ours accepts.
 *
 * @throws CardError `pin-malformed`
 */
export function checkPinFormat(pin: Pin): void {
  const digits = typeof pin === 'string' ? Buffer.from(pin, 'utf8') : pin
  const isWellFormed =
    digits.length >= 6 && digits.length <= 8 && digits.every((byte) => byte >= 0x30 && byte <= 0x39)
  if (!isWellFormed) throw new CardError('pin-malformed')
}

function writePinApdu(apdu: Buffer, command: PinCommand): void {
  apdu.set([0x00, command.ins, 0x00, command.reference, fieldBytes * command.pins.length])
  for (const [index, pin] of command.pins.entries()) {
    const offset = headerBytes + index * fieldBytes
    if (typeof pin === 'string') apdu.write(pin, offset, 'latin1')
    else apdu.set(pin, offset)
  }
}
