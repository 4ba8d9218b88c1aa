import { AlgorithmIdentifier } from '@peculiar/asn1-x509'
import type { KeyAlgorithm, SigningKey } from '../keystore/keystore.ts'

/** RFC 5758 §3.2, RFC 4055 §5: how lists, answers and certificates name what signed them. */
const signatureAlgorithms = {
  'P-256': '1.2.840.10045.4.3.2',
  'P-384': '1.2.840.10045.4.3.3',
  'RSA-2048': '1.2.840.113549.1.1.11',
  'RSA-3072': '1.2.840.113549.1.1.11',
} as const satisfies Record<KeyAlgorithm, string>

const asn1Null = Uint8Array.of(0x05, 0x00).buffer

/** With NULL parameters for RSA, and none for ECDSA. */
export function signatureAlgorithmOf({
  algorithm,
}: Pick<SigningKey, 'algorithm'>): AlgorithmIdentifier {
  const isRsa = algorithm.startsWith('RSA')
  return new AlgorithmIdentifier({
    algorithm: signatureAlgorithms[algorithm],
    ...(isRsa && { parameters: asn1Null }),
  })
}
