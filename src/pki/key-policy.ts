import { createPublicKey, type KeyObject } from 'node:crypto'
import type { KeyAlgorithm } from '../keystore/keystore.ts'
import { CertificateRequestRefused } from './certificate-request.ts'
import { derTags, readOnly } from './der.ts'

/** SP 800-78-5 §3.1: the public exponent is 65537 or larger; ours, as every card's, is that one. */
const rsaExponent = 65_537n

/**
 * The key that a certificate is asked for, if `allowed` has its algorithm (SP 800-78-5 table 1).
 * OpenSSL refuses a point that is not on its curve.
 *
 * @param spki - SubjectPublicKeyInfo, DER
 * @throws CertificateRequestRefused `publicKey`
 */
export function checkPublicKey(spki: Buffer, allowed: readonly KeyAlgorithm[]): KeyObject {
  const key = readPublicKey(spki)
  const algorithm = algorithmOf(key)
  if (algorithm === null || !allowed.includes(algorithm)) {
    throw new CertificateRequestRefused('publicKey', `must be one of ${allowed.join(', ')}`)
  }
  return key
}

function readPublicKey(spki: Buffer): KeyObject {
  try {
    readOnly(spki, derTags.sequence)
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw new CertificateRequestRefused('publicKey', 'must be a SubjectPublicKeyInfo', cause)
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
