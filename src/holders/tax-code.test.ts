import { describe, expect, it } from 'vitest'
import { isNationalNumber } from './national-number.ts'
import { parseTaxCode } from './tax-code.ts'

describe('a tax code', () => {
  it('is ten digits of which the last checks the others', () => {
    // 31+2·29+3·23+4·19+5·17+6·13+7·7+8·5+9·3 = 513 = 46·11 + 7, and 10 − 7 = 3.
    expect(parseTaxCode('1234567893')).toEqual({ taxCode: '1234567893' })
    for (const digit of [0, 1, 2, 4, 5, 6, 7, 8, 9])
      expect(parseTaxCode(`123456789${digit}`)).toEqual({ fault: 'tax-code-check-digit' })
  })

  it('of a dependent unit has three digits more, written with a hyphen', () => {
    const taxCode = '1234567893-001'
    expect(parseTaxCode('1234567893-001')).toEqual({ taxCode })
    expect(parseTaxCode('1234567893001')).toEqual({ taxCode })
    expect(parseTaxCode('1234567893-000')).toEqual({ fault: 'tax-code-malformed' })
  })

  it('of an illustration begins with 00 and has no check digit', () => {
    expect(parseTaxCode('0000000201')).toEqual({ taxCode: '0000000201' })
  })

  it.each([
    '',
    '123456789',
    '12345678901',
    '123456789012',
    '12345678-93',
    'MST0000201',
    '１２３４５６７８９３',
  ])('is not %j', (text) => {
    expect(parseTaxCode(text)).toEqual({ fault: 'tax-code-malformed' })
  })
})

describe('a national number', () => {
  it('is twelve digits', () => {
    expect(isNationalNumber('000085000101')).toBe(true)
    for (const text of ['', '85000101', '0000850001012', '00008500010a', '000 85000101'])
      expect(isNationalNumber(text)).toBe(false)
  })
})
