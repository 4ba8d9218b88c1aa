import { derTags } from './der.ts'
import { reasonCodes, type StatusReason } from './revocation-reasons.ts'

/** One revoked or held certificate, as a revocation list tells it (RFC 5280 §5.3). */
export interface CrlEntry {
  /** Lower-case hexadecimal without leading zero octets. */
  readonly serialNumber: string
  /** When it was revoked, or put on hold. */
  readonly at: Date
  readonly reason: StatusReason
}

/** SEQUENCE { serial of 21 octets, GeneralizedTime, reason }, with its headers. */
const maxEntryBytes = 2 + (2 + 21) + (2 + 15) + 14

/** Extensions with reasonCode alone (§5.3.1), up to the code itself; it is not critical. */
const reasonExtension = Buffer.from('300c300a0603551d1504030a01', 'hex')

/**
 * The content of `revokedCertificates`, in the order given. Written into one buffer: a province
 * has some hundred thousand of these, and every list has them all.
 */
export function encodeEntries(entries: readonly CrlEntry[]): Buffer {
  const buffer = Buffer.allocUnsafe(entries.length * maxEntryBytes)
  let end = 0
  for (const entry of entries) end = writeEntry(buffer, end, entry)
  return buffer.subarray(0, end)
}

/** All of it is shorter than 128 octets, so every length is one octet (X.690 §10.1). */
function writeEntry(buffer: Buffer, start: number, { serialNumber, at, reason }: CrlEntry): number {
  let end = writeSerial(buffer, start + 2, serialNumber)
  end = writeTime(buffer, end, at)
  // §5.3.1: no reasonCode at all rather than `unspecified`.
  if (reason !== 'unspecified') {
    end += reasonExtension.copy(buffer, end)
    buffer[end++] = reasonCodes[reason]
  }
  buffer[start] = derTags.sequence
  buffer[start + 1] = end - start - 2
  return end
}

function writeSerial(buffer: Buffer, start: number, serialNumber: string): number {
  // A first bit that is set would make it negative (X.690 §8.3).
  const signBytes = serialNumber.charCodeAt(0) >= '8'.charCodeAt(0) ? 1 : 0
  const length = signBytes + serialNumber.length / 2
  buffer[start] = derTags.integer
  buffer[start + 1] = length
  if (signBytes === 1) buffer[start + 2] = 0
  buffer.write(serialNumber, start + 2 + signBytes, 'hex')
  return start + 2 + length
}

/** §5.1.2.6, as `writeTime` of der-writer.ts, in place. */
function writeTime(buffer: Buffer, start: number, at: Date): number {
  const year = at.getUTCFullYear()
  const isUtcTime = year < 2050
  buffer[start] = isUtcTime ? derTags.utcTime : derTags.generalizedTime
  buffer[start + 1] = isUtcTime ? 13 : 15
  let end = start + 2
  if (!isUtcTime) end = writeTwoDigits(buffer, end, Math.floor(year / 100))
  end = writeTwoDigits(buffer, end, year % 100)
  end = writeTwoDigits(buffer, end, at.getUTCMonth() + 1)
  end = writeTwoDigits(buffer, end, at.getUTCDate())
  end = writeTwoDigits(buffer, end, at.getUTCHours())
  end = writeTwoDigits(buffer, end, at.getUTCMinutes())
  end = writeTwoDigits(buffer, end, at.getUTCSeconds())
  buffer[end] = 'Z'.charCodeAt(0)
  return end + 1
}

function writeTwoDigits(buffer: Buffer, start: number, number: number): number {
  buffer[start] = '0'.charCodeAt(0) + Math.floor(number / 10)
  buffer[start + 1] = '0'.charCodeAt(0) + (number % 10)
  return start + 2
}
