/**
 * The check digit of Damm: a quasigroup of order ten that is totally anti-symmetric, with zeros in
 * the diagonal (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004, p. 52 and 105).
 * One digit finds every single wrong digit and every swap of neighbours; Luhn misses 09 and 90, and
 * ISO/IEC 7064 MOD 11,10 misses some swaps too.
 */
const quasigroup: readonly string[] = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
]

/** @param digits - ASCII digits */
export function checkDigitOf(digits: string): string {
  let interim = '0'
  for (const digit of digits) interim = quasigroup[Number(interim)]?.[Number(digit)] ?? ''
  return interim
}

/** Whether the last of `digits` checks those before it. */
export function endsWithCheckDigit(digits: string): boolean {
  return checkDigitOf(digits) === '0'
}
