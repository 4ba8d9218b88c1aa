import { CardError } from './status-word.ts'

/** One BER-TLV element; `tag` is the tag's bytes read as one number, such as 0x7f49. */
export interface Tlv {
  readonly tag: number
  readonly value: Buffer
}

/**
 * `ber`: tags of one to three bytes. `one-byte`: the data elements inside a PIV container (tag
 * 53), whose class bits mean nothing (SP 800-73pt1-5 appendix A).
 */
export type TagForm = 'ber' | 'one-byte'

interface Header {
  readonly tag: number
  readonly length: number
  readonly valueOffset: number
}

/**
 * Reads `bytes` as a sequence of elements, to the last byte.
 *
 * Non-minimal lengths are accepted, since real cards send them; indefinite lengths, lengths
 * beyond the buffer and 3-byte lengths are not.
 *
 * @throws CardError `malformed-answer`
 */
export function parseTlvs(bytes: Buffer, form: TagForm = 'ber'): Tlv[] {
  const elements: Tlv[] = []
  for (let offset = 0; offset < bytes.length;) {
    const { tag, length, valueOffset } = readHeader(bytes, { offset, form })
    const end = valueOffset + length
    if (end > bytes.length) throw new CardError('malformed-answer')
    elements.push({ tag, value: bytes.subarray(valueOffset, end) })
    offset = end
  }
  return elements
}

/**
 * The value of the one element that `bytes` must consist of.
 *
 * @throws CardError `malformed-answer` also when another tag stands there or more follows
 */
export function parseSingleTlv(bytes: Buffer, expectedTag: number): Buffer {
  const [element, ...rest] = parseTlvs(bytes)
  if (element?.tag !== expectedTag || rest.length > 0) throw new CardError('malformed-answer')
  return element.value
}

/**
 * The elements of a container of which only the first bytes are there: whole elements are
 * returned, and the one that the end cuts off is dropped. Null when even the header of the
 * container is missing or has another tag.
 *
 * @throws CardError `malformed-answer` for a length that no BER-TLV has
 */
export function parseContainerStart(bytes: Buffer, expectedTag: number): Tlv[] | null {
  const container = readHeaderIfWhole(bytes, { offset: 0, form: 'ber' })
  if (container?.tag !== expectedTag) return null
  const end = Math.min(bytes.length, container.valueOffset + container.length)
  const content = bytes.subarray(container.valueOffset, end)
  const elements: Tlv[] = []
  for (let offset = 0; ;) {
    const header = readHeaderIfWhole(content, { offset, form: 'one-byte' })
    if (header === null || header.valueOffset + header.length > content.length) return elements
    offset = header.valueOffset + header.length
    elements.push({ tag: header.tag, value: content.subarray(header.valueOffset, offset) })
  }
}

/** The value of the first element with that tag; null when there is none. */
export function findTlv(elements: readonly Tlv[], tag: number): Buffer | null {
  return elements.find((element) => element.tag === tag)?.value ?? null
}

/**
 * Like `findTlv`, for what the standard makes mandatory.
 *
 * @throws CardError `malformed-answer`
 */
export function requireTlv(elements: readonly Tlv[], tag: number): Buffer {
  const value = findTlv(elements, tag)
  if (value === null) throw new CardError('malformed-answer')
  return value
}

/** One element with a minimal length. Values of 64 KiB and more are a bug of the caller. */
export function encodeTlv(tag: number, ...values: readonly Buffer[]): Buffer {
  const value = Buffer.concat(values)
  return Buffer.concat([encodeTag(tag), encodeLength(value.length), value])
}

/** The bytes of a tag given as one number, such as 0x5fc102. */
export function encodeTag(tag: number): Buffer {
  const bytes = [tag >>> 16, (tag >>> 8) & 0xff, tag & 0xff]
  const start = bytes.findIndex((byte) => byte !== 0)
  return Buffer.from(bytes.slice(start === -1 ? 2 : start))
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  if (length < 0x10000) return Buffer.of(0x82, length >>> 8, length & 0xff)
  throw new RangeError('a TLV value must be shorter than 64 KiB')
}

function readHeader(bytes: Buffer, at: { offset: number; form: TagForm }): Header {
  const header = readHeaderIfWhole(bytes, at)
  if (header === null) throw new CardError('malformed-answer')
  return header
}

/** Null when the bytes end inside the header. */
function readHeaderIfWhole(bytes: Buffer, at: { offset: number; form: TagForm }): Header | null {
  const tagLength = at.form === 'one-byte' ? 1 : berTagLength(bytes, at.offset)
  const lengthOffset = at.offset + tagLength
  const first = bytes[lengthOffset]
  if (first === undefined) return null
  const tag = bytes.readUIntBE(at.offset, tagLength)
  if (first < 0x80) return { tag, length: first, valueOffset: lengthOffset + 1 }
  if (first !== 0x81 && first !== 0x82) throw new CardError('malformed-answer')
  const lengthLength = first & 0x0f
  const valueOffset = lengthOffset + 1 + lengthLength
  if (valueOffset > bytes.length) return null
  return { tag, length: bytes.readUIntBE(lengthOffset + 1, lengthLength), valueOffset }
}

/** Low five bits all one: the tag goes on, while bit 8 of the following byte is set (X.690 8.1.2). */
function berTagLength(bytes: Buffer, offset: number): number {
  if (((bytes[offset] ?? 0) & 0x1f) !== 0x1f) return 1
  if (((bytes[offset + 1] ?? 0) & 0x80) === 0) return 2
  if (((bytes[offset + 2] ?? 0) & 0x80) === 0) return 3
  throw new CardError('malformed-answer')
}
