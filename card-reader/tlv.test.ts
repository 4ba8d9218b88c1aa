import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CardError } from './status-word.ts'
import { encodeTlv, parseContainerStart, parseSingleTlv, parseTlvs } from './tlv.ts'

const bytes = (hex: string) => Buffer.from(hex, 'hex')
const malformed = expect.objectContaining({ reason: 'malformed-answer' }) as Error

/** Tags whose own bytes are a valid BER tag of one, two or three bytes. */
const tags = fc.constantFrom(0x53, 0x70, 0x7c, 0x82, 0x5f2f, 0x7f49, 0x5fc102, 0x5fff01)
const values = fc.uint8Array({ maxLength: 700 }).map((array) => Buffer.from(array))

describe('parseTlvs', () => {
  it('reads back any sequence of elements that encodeTlv wrote', () => {
    const sequences = fc.array(fc.record({ tag: tags, value: values }), { maxLength: 6 })
    fc.assert(
      fc.property(sequences, (elements) => {
        const encoded = Buffer.concat(elements.map(({ tag, value }) => encodeTlv(tag, value)))
        expect(parseTlvs(encoded)).toEqual(elements)
      }),
    )
  })

  it('answers any bytes with elements inside them or with malformed-answer', () => {
    const anything = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array))
    fc.assert(
      fc.property(anything, fc.constantFrom('ber', 'one-byte'), (input, form) => {
        try {
          const total = parseTlvs(input, form).reduce((sum, { value }) => sum + value.length, 0)
          expect(total).toBeLessThanOrEqual(input.length)
        } catch (error) {
          expect((error as CardError).reason).toBe('malformed-answer')
        }
      }),
    )
  })

  it.each([
    ['a length written longer than needed', '53820002abcd', [{ tag: 0x53, value: bytes('abcd') }]],
    ['an empty element', '5300', [{ tag: 0x53, value: Buffer.alloc(0) }]],
    ['nothing at all', '', []],
    ['a tag of three bytes', '5fc10501aa', [{ tag: 0x5fc105, value: bytes('aa') }]],
  ])('accepts %s', (_name, hex, expected) => {
    expect(parseTlvs(bytes(hex))).toEqual(expected)
  })

  it.each([
    ['an indefinite length', '5380abcd0000'],
    ['a length beyond the end', '5303abcd'],
    ['a length of three bytes', '5383000001aa'],
    ['a tag without a length', '53'],
    ['a tag that never ends', '5fffffff0100'],
    ['a cut-off length', '5382ff'],
  ])('refuses %s', (_name, hex) => {
    expect(() => parseTlvs(bytes(hex))).toThrow(malformed)
  })

  it('takes class bits of container tags for what they are not: part of a one-byte tag', () => {
    expect(parseTlvs(bytes('ff01aa'), 'one-byte')).toEqual([{ tag: 0xff, value: bytes('aa') }])
    expect(() => parseTlvs(bytes('ff01aa'))).toThrow(malformed)
  })
})

describe('parseSingleTlv', () => {
  it('refuses another tag, and anything behind the element', () => {
    expect(parseSingleTlv(bytes('7c02aabb'), 0x7c)).toEqual(bytes('aabb'))
    expect(() => parseSingleTlv(bytes('7c02aabb'), 0x53)).toThrow(malformed)
    expect(() => parseSingleTlv(bytes('7c02aabb00'), 0x7c)).toThrow(malformed)
    expect(() => parseSingleTlv(bytes('7c02aabb7c00'), 0x7c)).toThrow(malformed)
  })
})

describe('parseContainerStart', () => {
  it('gives the whole elements of a container that is cut anywhere', () => {
    const whole = encodeTlv(
      0x53,
      encodeTlv(0x30, Buffer.alloc(25)),
      encodeTlv(0x34, Buffer.alloc(16)),
    )
    fc.assert(
      fc.property(fc.integer({ min: 2, max: whole.length }), (cut) => {
        const found = parseContainerStart(whole.subarray(0, cut), 0x53) ?? []
        const expected = cut >= whole.length ? 2 : cut >= 2 + 27 ? 1 : 0
        expect(found).toHaveLength(expected)
      }),
    )
  })

  it('never fails on arbitrary bytes but with malformed-answer', () => {
    const anything = fc.uint8Array({ maxLength: 260 }).map((array) => Buffer.from([0x53, ...array]))
    fc.assert(
      fc.property(anything, (input) => {
        try {
          parseContainerStart(input, 0x53)
        } catch (error) {
          expect(error).toBeInstanceOf(CardError)
        }
      }),
    )
  })

  it('gives null where no such container begins', () => {
    expect(parseContainerStart(bytes('7e02aabb'), 0x53)).toBeNull()
    expect(parseContainerStart(bytes('53'), 0x53)).toBeNull()
    expect(parseContainerStart(Buffer.alloc(0), 0x53)).toBeNull()
  })
})
