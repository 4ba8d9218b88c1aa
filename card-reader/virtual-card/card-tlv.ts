/**
 * The card's own BER-TLV. Written apart from the host's on purpose: an error in shared code would
 * hide on both sides.
 */
import { Refusal, status } from './reply.ts'

/** Elements by tag. A template of ours never holds a tag twice. */
export type Elements = ReadonlyMap<number, Buffer>

/**
 * Takes a template apart, one level.
 *
 * @throws Refusal `6A80` for anything but whole elements with different tags
 */
export function takeApart(template: Buffer): Elements {
  const elements = new Map<number, Buffer>()
  let rest = template
  while (rest.length > 0) {
    const element = takeFirst(rest)
    if (elements.has(element.tag)) throw new Refusal(status.badData)
    elements.set(element.tag, element.value)
    rest = element.rest
  }
  return elements
}

/**
 * The value of the one element that makes up `template`.
 *
 * @throws Refusal `6A80`
 */
export function unwrap(template: Buffer, tag: number): Buffer {
  const element = takeFirst(template)
  if (element.tag !== tag || element.rest.length > 0) throw new Refusal(status.badData)
  return element.value
}

/** The first element and what follows it; refused with `6A80` when it is not whole. */
export function takeFirst(bytes: Buffer): { tag: number; value: Buffer; rest: Buffer } {
  const { number: tag, rest: afterTag } = takeTag(bytes)
  const { number: length, rest: afterLength } = takeLength(afterTag)
  if (length > afterLength.length) throw new Refusal(status.badData)
  return { tag, value: afterLength.subarray(0, length), rest: afterLength.subarray(length) }
}

interface Taken {
  readonly number: number
  readonly rest: Buffer
}

function takeTag(bytes: Buffer): Taken {
  const first = takeByte(bytes)
  if ((first.number & 0x1f) !== 0x1f) return first
  let { number, rest } = first
  for (let count = 1; count < 3; count += 1) {
    const next = takeByte(rest)
    number = number * 256 + next.number
    rest = next.rest
    if (next.number < 0x80) return { number, rest }
  }
  throw new Refusal(status.badData)
}

function takeLength(bytes: Buffer): Taken {
  const first = takeByte(bytes)
  if (first.number < 0x80) return first
  const high = first.number === 0x82 ? takeByte(first.rest) : { number: 0, rest: first.rest }
  if (first.number !== 0x81 && first.number !== 0x82) throw new Refusal(status.badData)
  const low = takeByte(high.rest)
  return { number: high.number * 256 + low.number, rest: low.rest }
}

function takeByte(bytes: Buffer): Taken {
  const number = bytes[0]
  if (number === undefined) throw new Refusal(status.badData)
  return { number, rest: bytes.subarray(1) }
}

/** An element from a tag in hexadecimal and its parts. */
export function build(tag: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Buffer.from(tag + lengthHex(length), 'hex'), ...parts])
}

function lengthHex(length: number): string {
  const digits = length.toString(16)
  if (length < 0x80) return digits.padStart(2, '0')
  return length < 0x100 ? `81${digits}` : `82${digits.padStart(4, '0')}`
}
