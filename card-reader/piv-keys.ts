import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { CardError } from './status-word.ts'
import { findTlv, parseSingleTlv, parseTlvs, requireTlv, type Tlv } from './tlv.ts'

/** Key references that this library uses (SP 800-73pt1-5 table 4). */
export const keySlots = ['9A', '9C', '9D', '9E'] as const
export type KeySlot = (typeof keySlots)[number]

export const keyReferences: Readonly<Record<KeySlot, number>> = {
  '9A': 0x9a, // PIV authentication, PIN once
  '9C': 0x9c, // digital signature, PIN before every use
  '9D': 0x9d, // key management, PIN once
  '9E': 0x9e, // card authentication, no PIN
}

/** Key algorithms that cards of ours have (SP 800-78-5 table 5). */
export const keyAlgorithms = ['P-256', 'P-384', 'RSA-2048'] as const
export type KeyAlgorithm = (typeof keyAlgorithms)[number]

export const algorithmIds: Readonly<Record<KeyAlgorithm, number>> = {
  'P-256': 0x11,
  'P-384': 0x14,
  'RSA-2048': 0x07,
}

/** The hash each ECDSA key signs with: PivApplet takes no other length, and none is weaker. */
export const digestBytes = { 'P-256': 32, 'P-384': 48 } as const

/**
 * The public key in an answer of GENERATE ASYMMETRIC KEY PAIR, as SubjectPublicKeyInfo (DER).
 *
 * @throws CardError `malformed-answer`, also for a point that is not on the curve
 */
export function readPublicKey(answer: Buffer, algorithm: KeyAlgorithm): Buffer {
  const elements = parseTlvs(parseSingleTlv(answer, 0x7f49))
  const jwk = algorithm === 'RSA-2048' ? rsaJwk(elements) : ecJwk(elements, algorithm)
  return importPublicKey(jwk).export({ format: 'der', type: 'spki' })
}

function importPublicKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch (error) {
    throw new CardError('malformed-answer', { cause: error })
  }
}

function ecJwk(elements: readonly Tlv[], algorithm: 'P-256' | 'P-384'): JsonWebKey {
  const point = requireTlv(elements, 0x86)
  const size = digestBytes[algorithm]
  if (point.length !== 1 + 2 * size || point[0] !== 0x04) throw new CardError('malformed-answer')
  const x = point.subarray(1, 1 + size).toString('base64url')
  return { kty: 'EC', crv: algorithm, x, y: point.subarray(1 + size).toString('base64url') }
}

function rsaJwk(elements: readonly Tlv[]): JsonWebKey {
  const modulus = requireTlv(elements, 0x81)
  const exponent = findTlv(elements, 0x82)
  if (modulus.length !== 256 || exponent === null) throw new CardError('malformed-answer')
  return { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') }
}
