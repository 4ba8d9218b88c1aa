import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { AlgorithmIdentifier } from '@peculiar/asn1-x509'
import * as x509 from '@peculiar/x509'
import type { KeyAlgorithm, SigningKey } from '../keystore/keystore.ts'
import { importParameters, signatureParameters } from '../keystore/signing-key.ts'
import { AuthorityUnavailable } from './authority.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import { writeSequence, writeUnsignedInteger } from './der-writer.ts'
import { issuerFault } from './issuer-fault.ts'

/** Everything that goes into a certificate besides the signature. */
export interface ToBeSigned {
  readonly serialNumber: string
  readonly subject: x509.Name
  readonly issuer: x509.Name
  readonly notBefore: Date
  readonly notAfter: Date
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly extensions: readonly x509.Extension[]
}

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

/**
 * Signs `data` as X.509, CRLs and OCSP want it: what goes into the BIT STRING, an ECDSA-Sig-Value
 * (RFC 3279 §2.2.3) or the bare RSA signature.
 */
export async function signDer(key: SigningKey, data: Uint8Array): Promise<Buffer> {
  const signature = await key.sign(data)
  return key.algorithm.startsWith('RSA') ? Buffer.from(signature) : ecdsaSigValue(signature)
}

function ecdsaSigValue(signature: Uint8Array): Buffer {
  const half = signature.length / 2
  return writeSequence(
    writeUnsignedInteger(signature.subarray(0, half)),
    writeUnsignedInteger(signature.subarray(half)),
  )
}

/** Signs, and gives back DER. What comes out is for `checkSigned` before anybody sees it. */
export async function sign(toBeSigned: ToBeSigned, key: SigningKey): Promise<Buffer> {
  const { signingKey, crypto } = forLibrary(key)
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...toBeSigned,
      publicKey: new Uint8Array(toBeSigned.publicKey),
      extensions: [...toBeSigned.extensions],
      signingKey,
      signingAlgorithm: signatureParameters[key.algorithm],
    },
    crypto,
  )
  return Buffer.from(certificate.rawData)
}

/**
 * The X.509 library asks WebCrypto to sign with a key of WebCrypto's. Ours may live elsewhere, so it
 * gets a stand-in for the key, and a WebCrypto of which it can ask nothing but that.
 */
export function forLibrary(key: SigningKey): { signingKey: CryptoKey; crypto: Crypto } {
  const algorithm = importParameters[key.algorithm]
  const signingKey = { type: 'private', extractable: false, algorithm, usages: ['sign'] }
  const subtle = {
    sign: (_algorithm: unknown, _key: unknown, data: ArrayBuffer) => key.sign(new Uint8Array(data)),
  }
  return { signingKey: signingKey as CryptoKey, crypto: { subtle } as unknown as Crypto }
}

/**
 * Reads what was signed as a stranger would, before it is recorded: it has the serial on record,
 * and the issuer's certificate verifies it.
 *
 * @param issuer - null for a root, which verifies itself
 * @throws AuthorityUnavailable when it does not: the keystore's key is not the authority's
 */
export function checkSigned(
  der: Buffer,
  toBeSigned: ToBeSigned,
  { issuer, authoritiesBelow }: { issuer: Certificate | null; authoritiesBelow: number },
): Certificate {
  const certificate = parseCertificate(der)
  const fault =
    certificate.serialNumber === toBeSigned.serialNumber
      ? issuerFault(certificate, issuer ?? certificate, { authoritiesBelow })
      : 'serial-number-differs'
  if (fault === null) return certificate
  const message = `the certificate that was signed does not verify (${fault})`
  throw new AuthorityUnavailable(message, { fault, serialNumber: toBeSigned.serialNumber })
}

/** The name in the authority's certificate, byte for byte (RFC 5280 §4.1.2.4). */
export function nameInCertificate(der: Buffer): x509.Name {
  return new x509.X509Certificate(new Uint8Array(der)).subjectName
}

/** Does the keystore hold the key that the certificate is about? */
export function isKeyOf(key: SigningKey, der: Buffer): boolean {
  const certified = new X509Certificate(der).publicKey.export({ format: 'der', type: 'spki' })
  return key.publicKey.equals(certified)
}
