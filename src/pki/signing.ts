import 'reflect-metadata'
import { verify, X509Certificate, type KeyObject } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { KeyAlgorithm, SigningKey } from '../keystore/keystore.ts'
import { AuthorityUnavailable } from './authority.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import { contentOf, derTags, readOnly, readValues } from './der.ts'
import { writeBitString, writeSequence, writeUnsignedInteger } from './der-writer.ts'
import { issuerFault } from './issuer-fault.ts'
import { encodeSignatureAlgorithm, encodeToBeSigned, type ToBeSigned } from './to-be-signed.ts'

export { signatureAlgorithmOf } from './signature-algorithm.ts'
export type { ToBeSigned } from './to-be-signed.ts'

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
export function sign(toBeSigned: ToBeSigned, key: SigningKey): Promise<Buffer> {
  return signEncoded(encodeToBeSigned(toBeSigned, key.algorithm), key)
}

/** Certificate (RFC 5280 §4.1) around `tbs`, which names the algorithm of `key` already. */
export async function signEncoded(tbs: Buffer, key: SigningKey): Promise<Buffer> {
  const signature = await signDer(key, tbs)
  return writeSequence(tbs, encodeSignatureAlgorithm(key.algorithm), writeBitString(signature))
}

/**
 * Reads what was signed as a stranger would, before it is recorded: it has the serial on record,
 * and the issuer's certificate verifies it.
 *
 * @param options.issuer - null for a root, which verifies itself
 * @throws AuthorityUnavailable when it does not: the keystore's key is not the authority's
 */
export function checkSigned(
  der: Buffer,
  toBeSigned: Pick<ToBeSigned, 'serialNumber'>,
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

const signatureHashes = {
  'P-256': 'sha256',
  'P-384': 'sha384',
  'RSA-2048': 'sha256',
  'RSA-3072': 'sha256',
} as const satisfies Record<KeyAlgorithm, string>

/** Did that key, of that algorithm, make the signature on the certificate? Nothing else is asked. */
export function isSignedBy(der: Buffer, publicKey: KeyObject, algorithm: KeyAlgorithm): boolean {
  const [, , signature] = readValues(readOnly(der, derTags.sequence))
  const octets = contentOf(signature, derTags.bitString).subarray(1)
  return verify(signatureHashes[algorithm], signedPartOf(der), publicKey, octets)
}

/** The TBSCertificate inside a certificate, DER. */
export function signedPartOf(der: Buffer): Buffer {
  const [tbs] = readValues(readOnly(der, derTags.sequence))
  return writeSequence(tbs?.content ?? Buffer.of())
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
