import type { Random } from '../random.ts'
import { checkDigitOf, endsWithCheckDigit } from './check-digit.ts'

/**
 * Digits alone. Read aloud in Vietnamese, letters fall together: B and P, D, Đ, GI and R, S and X,
 * in the north L and N, I and Y; C, K and Q are one sound, and half of the names rhyme (bê, xê, dê,
 * giê, pê, tê, vê). Typed, a Vietnamese keyboard turns them into others: with Telex DD is đ, W is ư
 * and S F R X J are tones, with VNI digits after vowels are. The ten digits sound and look
 * different, and a telephone shows them as large keys.
 */
const randomDigits = 11
const groupLength = 4

/**
 * A one-time code of eleven random digits (10¹¹, 36.5 bits) and their check digit, such as
 * `4821 0937 5566`.
 *
 * A guess names the person it is about, so it is about that person's one pass. In its longest life,
 * 24 hours, `guess-limits.ts` leaves one address at most 120 guesses at it, a chance of 1 in 800
 * million, and ten thousand addresses that do nothing else 2 an hour each, 1 in 200 thousand. Were
 * there no limit at all, a thousand guesses a second all day long would have 1 in 1,150.
 */
export function newPassCode(random: Random): string {
  const digits = Array.from({ length: randomDigits }, () => random.below(10)).join('')
  return digits + checkDigitOf(digits)
}

/** As it is shown, printed and read aloud: in groups of four. */
export function inGroups(code: string): string {
  return code.match(new RegExp(`.{1,${groupLength}}`, 'g'))?.join(' ') ?? ''
}

/**
 * The code as it was made, however it was typed: groups, dashes and wide digits do not matter.
 *
 * @returns null for what cannot be a code, or has a slip in it
 */
export function parsePassCode(typed: string): string | null {
  const digits = digitsOf(typed)
  return digits?.length === randomDigits + 1 && endsWithCheckDigit(digits) ? digits : null
}

/**
 * A national number, or a tax code without its hyphen: how a person says whose pass it is.
 *
 * @returns null for what cannot be one; whether anybody has it is not looked at
 */
export function parseHolderNumber(typed: string): string | null {
  const digits = digitsOf(typed)
  return digits !== null && [10, 12, 13].includes(digits.length) ? digits : null
}

function digitsOf(typed: string): string | null {
  const compact = typed.normalize('NFKC').replace(/[\s.\-–]/g, '')
  return /^[0-9]+$/.test(compact) ? compact : null
}
