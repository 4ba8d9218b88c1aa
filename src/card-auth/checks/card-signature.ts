import { createHash, verify, type KeyObject } from 'node:crypto'
import type { Certificate } from '../../pki/certificate.ts'
import type { TokenAlgorithm, UnverifiedAuthToken } from '../auth-token.ts'
import type { Challenge } from '../challenge.ts'
import { CardRefused } from '../refusal.ts'

interface KeyRequirement {
  readonly hash: 'sha256' | 'sha384'
  readonly fits: (key: KeyObject) => boolean
}

/** JWA names (RFC 7518 §3.1): which hash, and which keys may sign so. */
const requirements: Readonly<Record<TokenAlgorithm, KeyRequirement>> = {
  ES256: { hash: 'sha256', fits: (key) => isOnCurve(key, 'prime256v1') },
  ES384: { hash: 'sha384', fits: (key) => isOnCurve(key, 'secp384r1') },
  RS256: { hash: 'sha256', fits: isRsaOfOurs },
}

/**
 * Did the key of this certificate sign our question? The signature is over H(origin) ‖ H(nonce),
 * where the nonce is the base64 text as it travelled (Web eID token format 1.0).
 *
 * @throws CardRefused `algorithm-not-allowed` when the key is not of the kind that the token's
 *   algorithm needs, `card-signature-wrong`
 */
export function checkCardSignature(
  certificate: Certificate,
  token: UnverifiedAuthToken,
  expected: Pick<Challenge, 'origin' | 'nonce'>,
): void {
  const { hash, fits } = requirements[token.algorithm]
  const key = certificate.publicKey
  if (!fits(key)) {
    const keyType = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? 'unknown'
    throw new CardRefused('algorithm-not-allowed', { facts: { keyType } })
  }
  const digest = (text: string) => createHash(hash).update(text, 'utf8').digest()
  const signed = Buffer.concat([digest(expected.origin), digest(expected.nonce)])
  // `dsaEncoding` takes R‖S of exactly the curve's length; for RSA it means nothing.
  const isSigned = verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, token.signature)
  if (!isSigned) {
    const facts = { serialNumber: certificate.serialNumber }
    throw new CardRefused('card-signature-wrong', { facts })
  }
}

function isOnCurve(key: KeyObject, curve: string): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve
}

/** 2048 is what a PIV card holds at least; less would be no signature to believe. */
function isRsaOfOurs(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048
}
