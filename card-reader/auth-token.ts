import { createHash, X509Certificate } from 'node:crypto'
import type { KeyAlgorithm } from './piv-keys.ts'
import type { AuthToken } from './protocol.ts'
import { CardError } from './status-word.ts'

const appVersion = 'https://ecard-sso.example/agent/0.1.0'

const signatureAlgorithms = {
  'P-256': { algorithm: 'ES256', hash: 'sha256' },
  'P-384': { algorithm: 'ES384', hash: 'sha384' },
  'RSA-2048': { algorithm: 'RS256', hash: 'sha256' },
} as const

const namedCurves: Readonly<Partial<Record<string, KeyAlgorithm>>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
}

/**
 * What the card is handed to sign: H(H(origin) ‖ H(nonce)), the Web eID authentication token 1.0.
 *
 * @param origin - the pinned issuer, without a slash at the end
 * @param nonce - the base64 string as it travelled, not the bytes in it
 */
export function authTokenDigest(
  algorithm: KeyAlgorithm,
  { origin, nonce }: { readonly origin: string; readonly nonce: string },
): Buffer {
  const { hash } = signatureAlgorithms[algorithm]
  const digest = (data: string | Buffer): Buffer => createHash(hash).update(data).digest()
  return digest(Buffer.concat([digest(origin), digest(nonce)]))
}

/**
 * @param signed.signature - raw R‖S for ECDSA (IEEE P1363), PKCS#1 v1.5 for RSA
 * @param signed.certificate - DER; null for a card that the service finds by its UUID
 */
export function createAuthToken(signed: {
  readonly algorithm: KeyAlgorithm
  readonly signature: Buffer
  readonly certificate: Buffer | null
}): AuthToken {
  const { algorithm } = signatureAlgorithms[signed.algorithm]
  const signature = signed.signature.toString('base64')
  if (signed.certificate === null)
    return { format: 'web-eid:1.0', algorithm, signature, appVersion }
  const unverifiedCertificate = signed.certificate.toString('base64')
  return { format: 'web-eid:1.0', unverifiedCertificate, algorithm, signature, appVersion }
}

/**
 * Which key a certificate is about. Nothing else of it is looked at: the service judges it.
 *
 * @throws CardError `malformed-answer` when it is no certificate or has a key we cannot sign with
 */
export function keyAlgorithmOf(certificate: Buffer): KeyAlgorithm {
  const algorithm = readKeyAlgorithm(certificate)
  if (algorithm === undefined) throw new CardError('malformed-answer')
  return algorithm
}

function readKeyAlgorithm(certificate: Buffer): KeyAlgorithm | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(certificate).publicKey
    if (asymmetricKeyType === 'ec') return namedCurves[asymmetricKeyDetails?.namedCurve ?? '']
    const isRsa2048 = asymmetricKeyType === 'rsa' && asymmetricKeyDetails?.modulusLength === 2048
    return isRsa2048 ? 'RSA-2048' : undefined
  } catch (error) {
    throw new CardError('malformed-answer', { cause: error })
  }
}
