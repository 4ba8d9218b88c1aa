import { createHash } from 'node:crypto'
import type { Random } from '../random.ts'

/** Digits and letters that survive being read aloud and typed: no 0 O, 1 I L, U V, 5 S, 2 Z, 8 B. */
const alphabet = '34679ACDEFGHJKMNPQRTWXY'
const codeLength = 10

export const enrolmentCodeTtlSeconds = 24 * 3600

/** A one-time code of 45 bits; shown once, in two groups of five, and kept only as its hash. */
export function newEnrolmentCode(random: Random): string {
  const letters = Array.from({ length: codeLength }, () => alphabet[random.below(alphabet.length)])
  return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`
}

/** The SHA-256 of the code in capitals without spaces and dashes, however it was typed. */
export function hashEnrolmentCode(typed: string): Buffer {
  const code = typed.toUpperCase().replace(/[\s-]/g, '')
  return createHash('sha256').update(code).digest()
}
