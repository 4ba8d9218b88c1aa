import type { Random } from '../random.ts'

const serialBytes = 16

/**
 * A random positive serial of 16 octets as lower-case hexadecimal (RFC 5280 §4.1.2.2; its bits
 * keep signatures unpredictable). The first octet is never zero, so the text has one form only.
 */
export function makeSerialNumber(random: Random): string {
  const serial = random.bytes(serialBytes)
  serial[0] = 1 + random.below(255)
  return serial.toString('hex')
}
