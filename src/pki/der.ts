/**
 * A strict reader of DER (X.690): definite lengths in their shortest form, one-byte tags, nothing
 * left over. It throws a plain `Error` at the first deviation; who calls it says what that means.
 */
export interface DerValue {
  /** The whole identifier octet, class and constructed bit included. */
  readonly tag: number
  readonly content: Buffer
}

export const derTags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const

/** `bytes` as exactly one value with the tag `tag`: its content. */
export function readOnly(bytes: Buffer, tag: number): Buffer {
  const [value, ...more] = readValues(bytes)
  if (more.length > 0) throw new Error('more than one DER value')
  return contentOf(value, tag)
}

/** The values that `bytes` consists of, one after the other. */
export function readValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = []
  for (let offset = 0; offset < bytes.length;) {
    const { tag, start, end } = readHeader(bytes, offset)
    values.push({ tag, content: bytes.subarray(start, end) })
    offset = end
  }
  return values
}

/** The same one at a time, where there are too many to hold. */
export function* eachValue(bytes: Buffer): Generator<DerValue> {
  for (let offset = 0; offset < bytes.length;) {
    const { tag, start, end } = readHeader(bytes, offset)
    yield { tag, content: bytes.subarray(start, end) }
    offset = end
  }
}

/** The content of `value`, which must be there and have the tag `tag`. */
export function contentOf(value: DerValue | undefined, tag: number): Buffer {
  if (value?.tag !== tag) throw new Error(`expected DER tag ${tag}`)
  return value.content
}

function readHeader(bytes: Buffer, offset: number) {
  const tag = byteAt(bytes, offset)
  if ((tag & 0x1f) === 0x1f) throw new Error('DER tag of several bytes')
  const { length, start } = readLength(bytes, offset + 1)
  if (start + length > bytes.length) throw new Error('DER value is cut short')
  return { tag, start, end: start + length }
}

/** X.690 §8.1.3 and §10.1. */
function readLength(bytes: Buffer, offset: number): { length: number; start: number } {
  const first = byteAt(bytes, offset)
  if (first < 0x80) return { length: first, start: offset + 1 }
  const count = first & 0x7f
  if (count < 1 || count > 4 || offset + 1 + count > bytes.length) throw new Error('DER length')
  const length = bytes.readUIntBE(offset + 1, count)
  if (length < 0x80 || length < 256 ** (count - 1)) throw new Error('DER length not shortest')
  return { length, start: offset + 1 + count }
}

function byteAt(bytes: Buffer, offset: number): number {
  const byte = bytes[offset]
  if (byte === undefined) throw new Error('DER value is cut short')
  return byte
}

/** X.690 §8.19: the dotted form of an object identifier's content. */
export function readObjectIdentifier(content: Buffer): string {
  const numbers: bigint[] = []
  let number = 0n
  for (const byte of content) {
    if (number === 0n && byte === 0x80) throw new Error('object identifier is padded')
    number = (number << 7n) | BigInt(byte & 0x7f)
    if ((byte & 0x80) !== 0) continue
    numbers.push(number)
    number = 0n
  }
  const [first, ...rest] = numbers
  if (first === undefined || ((content.at(-1) ?? 0) & 0x80) !== 0) throw new Error('cut short')
  const root = first < 80n ? first / 40n : 2n
  return [root, first - root * 40n, ...rest].join('.')
}

/** A whole number from 0 to 2³¹-1, as path lengths and versions are. */
export function readSmallInteger(content: Buffer): number {
  checkInteger(content)
  if (content.length > 4 || ((content[0] ?? 0) & 0x80) !== 0) throw new Error('integer too large')
  return content.readUIntBE(0, content.length)
}

/** Lower-case hexadecimal of a positive INTEGER, without its sign byte. */
export function readPositiveInteger(content: Buffer): string {
  checkInteger(content)
  if (((content[0] ?? 0) & 0x80) !== 0) throw new Error('integer is negative')
  return content.toString('hex').replace(/^00(?=.)/, '')
}

function checkInteger(content: Buffer): void {
  const [first, second] = content
  if (first === undefined) throw new Error('integer is empty')
  if (second === undefined) return
  const padded = (first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)
  if (padded) throw new Error('integer is padded')
}

/** X.690 §11.1: true is FF. */
export function readBoolean(content: Buffer): boolean {
  if (content.length !== 1 || (content[0] !== 0x00 && content[0] !== 0xff)) {
    throw new Error('boolean')
  }
  return content[0] === 0xff
}

/**
 * RFC 5280 §4.1.2.5: UTCTime to 2049, GeneralizedTime from 2050, both in Zulu to the second. Without
 * texts in between, because a revocation list has a hundred thousand of them.
 */
export function readTime(value: DerValue | undefined): Date {
  if (value?.tag === derTags.utcTime) {
    const year = readDigits(value.content, 0, 2)
    return dateOf(value.content, year < 50 ? 2000 + year : 1900 + year, 2)
  }
  if (value?.tag === derTags.generalizedTime) {
    return dateOf(value.content, readDigits(value.content, 0, 4), 4)
  }
  throw new Error('not a time')
}

/** Month, day, hour, minute and second from `start` on, then `Z`. */
function dateOf(content: Buffer, year: number, start: number): Date {
  const [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map((offset) =>
    readDigits(content, start + offset, 2),
  ) as [number, number, number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const isWhole = content.length === start + 11 && content[start + 10] === 'Z'.charCodeAt(0)
  // 30 February would be 2 March.
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!isWhole || !isReal || hour > 23 || minute > 59 || second > 59) throw new Error('not a time')
  return date
}

function readDigits(content: Buffer, start: number, count: number): number {
  let number = 0
  for (let index = start; index < start + count; index++) {
    const digit = byteAt(content, index) - '0'.charCodeAt(0)
    if (digit < 0 || digit > 9) throw new Error('not a time')
    number = number * 10 + digit
  }
  return number
}
