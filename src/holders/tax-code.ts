const weights = [31, 29, 23, 19, 17, 13, 7, 5, 3]

export type TaxCodeFault = 'tax-code-malformed' | 'tax-code-check-digit'

/**
 * An organisation's tax code as it is written officially: ten digits, or for a dependent unit the
 * ten digits of its head, a hyphen and three more (Circular 105/2020/TT-BTC, article 5).
 *
 * The tenth digit checks the nine before it. Codes that begin with 00 belong to no tax office: they
 * are for illustrations and carry no check digit.
 *
 * @param text - with or without the hyphen
 * @returns the code, or what is wrong with it
 */
export function parseTaxCode(text: string): { taxCode: string } | { fault: TaxCodeFault } {
  const parts = /^([0-9]{10})(?:-?([0-9]{3}))?$/.exec(text)
  const [, main = '', unit] = parts ?? []
  if (parts === null || unit === '000') return { fault: 'tax-code-malformed' }
  if (!main.startsWith('00') && !hasRightCheckDigit(main)) return { fault: 'tax-code-check-digit' }
  return { taxCode: unit === undefined ? main : `${main}-${unit}` }
}

function hasRightCheckDigit(main: string): boolean {
  const sum = weights.reduce((total, weight, index) => total + weight * Number(main[index]), 0)
  return 10 - (sum % 11) === Number(main[9])
}
