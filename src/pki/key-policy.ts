import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { KeyAlgorithm } from '../keystore/keystore.ts'
import { CertificateRequestRefused } from './certificate-request.ts'
import { rsaWeaknessOf } from './weak-rsa-key.ts'

/** SP 800-78-5 §3.1: the public exponent is 65537 or larger; ours, as every card's, is that one. */
const rsaExponent = 65_537n

export interface CheckedKey {
  readonly key: KeyObject
  readonly algorithm: KeyAlgorithm
}

/**
 * The key that a certificate is asked for, if `allowed` has its algorithm (SP 800-78-5 table 1) and
 * it has none of the weaknesses that a public key shows. What the registry knows of the key (whose
 * it is, whether it was revoked) is for `checkKeyUse` to say.
 *
 * 1. It is written in the one way that DER has for it: the same key has the same fingerprint.
 * 2. Algorithm, size, curve and exponent are allowed. OpenSSL refuses a point off its curve.
 * 3. An RSA modulus has no small factor, no ROCA fingerprint and no primes close together.
 *
 * @param spki - SubjectPublicKeyInfo, DER
 * @throws CertificateRequestRefused `publicKey`
 */
export function checkPublicKey(spki: Buffer, allowed: readonly KeyAlgorithm[]): CheckedKey {
  const key = readPublicKey(spki)
  const algorithm = algorithmOf(key)
  if (algorithm === null || !allowed.includes(algorithm)) {
    throw refused(`must be one of ${allowed.join(', ')}`)
  }
  if (!isInItsOneForm({ key, algorithm }, spki))
    throw refused('must be in its DER form, a point uncompressed')
  const weakness = algorithm.startsWith('RSA') ? rsaWeaknessOf(modulusOf(key)) : null
  if (weakness !== null) throw refused(`is weak (${weakness}): make a new one`)
  return { key, algorithm }
}

/** What the registry knows a key by: SHA-256 of its SubjectPublicKeyInfo. */
export function keyFingerprintOf(spki: Buffer): Buffer {
  return createHash('sha256').update(spki).digest()
}

function readPublicKey(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw refused('must be a SubjectPublicKeyInfo', cause)
  }
}

function algorithmOf(key: KeyObject): KeyAlgorithm | null {
  const { namedCurve, modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {}
  if (namedCurve === 'prime256v1') return 'P-256'
  if (namedCurve === 'secp384r1') return 'P-384'
  if (key.asymmetricKeyType !== 'rsa' || publicExponent !== rsaExponent) return null
  if (modulusLength === 2048) return 'RSA-2048'
  return modulusLength === 3072 ? 'RSA-3072' : null
}

/** Everything before the point, and 04 for uncompressed; then how long the whole is. */
const ecForms: Readonly<Record<string, { readonly beginning: Buffer; readonly length: number }>> = {
  'P-256': {
    beginning: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'),
    length: 91,
  },
  'P-384': {
    beginning: Buffer.from('3076301006072a8648ce3d020106052b8104002203620004', 'hex'),
    length: 120,
  },
}

/** OpenSSL writes a point as it read it, compressed or not, so there the form itself is looked at. */
function isInItsOneForm({ key, algorithm }: CheckedKey, spki: Buffer): boolean {
  const form = ecForms[algorithm]
  if (form === undefined) return key.export({ format: 'der', type: 'spki' }).equals(spki)
  const { beginning, length } = form
  return spki.length === length && spki.subarray(0, beginning.length).equals(beginning)
}

function modulusOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url')
}

function refused(message: string, cause?: unknown): CertificateRequestRefused {
  return new CertificateRequestRefused('publicKey', message, cause)
}
