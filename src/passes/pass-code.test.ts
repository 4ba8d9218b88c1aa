import { describe, expect, it } from 'vitest'
import { systemRandom } from '../random.ts'
import { endsWithCheckDigit } from './check-digit.ts'
import { inGroups, newPassCode, parseHolderNumber, parsePassCode } from './pass-code.ts'

const codes = Array.from({ length: 200 }, () => newPassCode(systemRandom))
const digits = '0123456789'

/** `code` with the digit at `place` replaced. */
function withDigit(code: string, place: number, digit: string): string {
  return code.slice(0, place) + digit + code.slice(place + 1)
}

function swapped(code: string, place: number): string {
  return withDigit(withDigit(code, place, code[place + 1] ?? ''), place + 1, code[place] ?? '')
}

describe('the check digit', () => {
  it('is that of the published example: 4 for 572', () => {
    expect(endsWithCheckDigit('5724')).toBe(true)
    expect(endsWithCheckDigit('5742')).toBe(false)
  })

  it('finds every single wrong digit', () => {
    const wrong = codes.flatMap((code) =>
      Array.from(code).flatMap((right, place) =>
        Array.from(digits)
          .filter((digit) => digit !== right)
          .map((digit) => withDigit(code, place, digit)),
      ),
    )
    expect(wrong).toHaveLength(codes.length * 12 * 9)
    expect(wrong.filter((code) => parsePassCode(code) !== null)).toEqual([])
  })

  it('finds every swap of neighbours', () => {
    const wrong = codes.flatMap((code) =>
      Array.from(code.slice(1)).flatMap((next, place) =>
        next === code[place] ? [] : [swapped(code, place)],
      ),
    )
    expect(wrong.length).toBeGreaterThan(codes.length * 8)
    expect(wrong.filter((code) => parsePassCode(code) !== null)).toEqual([])
  })
})

describe('a code', () => {
  it('is twelve digits that check out, and another each time', () => {
    for (const code of codes) expect(code).toMatch(/^[0-9]{12}$/)
    expect(codes.every(endsWithCheckDigit)).toBe(true)
    expect(new Set(codes).size).toBe(codes.length)
  })

  it('is read however it is written', () => {
    const [code = ''] = codes
    const groups = inGroups(code)
    expect(groups).toMatch(/^\d{4} \d{4} \d{4}$/)
    const wide = code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
    for (const typed of [code, groups, ` ${groups.replaceAll(' ', '-')} `, wide, `${code}\n`])
      expect(parsePassCode(typed)).toBe(code)
  })

  it.each([
    '',
    '0',
    '00000000000',
    '0000000000000',
    'a00000000000',
    '00000000000O',
    '٠'.repeat(12),
  ])('is not %j', (typed) => {
    expect(parsePassCode(typed)).toBeNull()
  })
})

it('a holder is named by national number or tax code, with or without hyphen', () => {
  expect(parseHolderNumber('0000 8500 0101')).toBe('000085000101')
  expect(parseHolderNumber('0012345678-001')).toBe('0012345678001')
  expect(parseHolderNumber('0012345678')).toBe('0012345678')
  for (const typed of ['', '12345', '00008500010x', '00008500010199']) {
    expect(parseHolderNumber(typed)).toBeNull()
  }
})
