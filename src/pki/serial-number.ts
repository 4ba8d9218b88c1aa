import type { Random } from '../random.ts'

const serialBytes = 16

/**
 * A random positive serial of 16 octets as lower-case hexadecimal, 17 in DER where the first bit is
 * set (RFC 5280 §4.1.2.2 allows 20). The first octet is never zero, so the text has one form only;
 * that leaves 127.99 bits that nobody can foresee, twice what keeps signatures safe from collisions
 * in their hash.
 */
export function makeSerialNumber(random: Random): string {
  const serial = random.bytes(serialBytes)
  serial[0] = 1 + random.below(255)
  return serial.toString('hex')
}

/**
 * Which part of the authority's revocation list would name the serial. Its last octets are as
 * random as the rest, so the parts grow alike.
 */
export function crlPartitionOf(serialNumber: string, partitions: number): number {
  return Number.parseInt(serialNumber.slice(-8), 16) % partitions
}
