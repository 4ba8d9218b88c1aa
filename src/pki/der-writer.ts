/** Writes DER (X.690), for the few structures that we encode ourselves. */
import { derTags } from './der.ts'

/** One value: identifier octet, length in its shortest form, content. */
export function writeValue(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Buffer.of(tag, ...lengthOctets(length)), ...content])
}

export function writeSequence(...content: readonly Uint8Array[]): Buffer {
  return writeValue(derTags.sequence, ...content)
}

/**
 * A non-negative INTEGER in its shortest form (X.690 §8.3).
 *
 * @param magnitude - big-endian; leading zeros are dropped
 */
export function writeUnsignedInteger(magnitude: Uint8Array): Buffer {
  const start = magnitude.findIndex((byte) => byte !== 0)
  const digits = start < 0 ? Buffer.of(0) : magnitude.subarray(start)
  const sign = (digits[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.of()
  return writeValue(derTags.integer, sign, digits)
}

/** A BIT STRING of whole octets, as signatures are. */
export function writeBitString(octets: Uint8Array): Buffer {
  return writeValue(derTags.bitString, Buffer.of(0), octets)
}

/** `[tagNumber] EXPLICIT`, context-specific. */
export function writeExplicit(tagNumber: number, content: Uint8Array): Buffer {
  return writeValue(0xa0 | tagNumber, content)
}

/** RFC 5280 §4.1.2.5: UTCTime to 2049, GeneralizedTime from 2050, whole seconds. */
export function writeTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/[-:T]|\.\d+/g, '')
  const isUtcTime = time.getUTCFullYear() >= 1950 && time.getUTCFullYear() < 2050
  return isUtcTime
    ? writeValue(derTags.utcTime, Buffer.from(digits.slice(2)))
    : writeValue(derTags.generalizedTime, Buffer.from(digits))
}

/** X.690 §8.1.3. */
function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}
