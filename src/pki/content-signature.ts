import { createHash, timingSafeEqual, verify } from 'node:crypto'
import { contentOf, derTags, readOnly, readValues } from './der.ts'
import { writeSequence, writeUnsignedInteger, writeValue } from './der-writer.ts'
import { extendedKeyUsages } from './card-profile.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import type { ContentSigner } from './content-signer.ts'
import { signDer } from './signing.ts'
import { encodeSignatureAlgorithm } from './to-be-signed.ts'

/** Object identifiers, encoded. */
const oids = {
  signedData: '06092a864886f70d010702',
  contentType: '06092a864886f70d010903',
  messageDigest: '06092a864886f70d010904',
  sha256: '0609608648016503040201',
  /** id-PIV-CHUIDSecurityObject and pivSigner-DN (SP 800-73-5 part 1 §3.1.2). */
  chuidSecurityObject: '06086086480165030601',
  pivSignerDn: '06086086480165030605',
} as const

const setTag = 0x31
const implicit0 = 0xa0

/**
 * A detached signature over `content` as the CHUID carries it: CMS SignedData version 3 (RFC 5652
 * §5, hashed with SHA-256) with exactly one certificate, the signer named by issuer and serial, and the signed
 * attributes content type, message digest and signer's name.
 */
export async function signChuid(signer: ContentSigner, content: Buffer): Promise<Buffer> {
  const { issuer, serial, subject } = namesIn(signer.certificateDer)
  const attributes = setOf([
    attribute(oids.contentType, oid(oids.chuidSecurityObject)),
    attribute(oids.messageDigest, writeValue(derTags.octetString, sha256(content))),
    attribute(oids.pivSignerDn, subject),
  ])
  const toSign = writeValue(setTag, attributes)
  const signerInfo = writeSequence(
    writeUnsignedInteger(Buffer.of(1)),
    writeSequence(issuer, serial),
    digestAlgorithm,
    writeValue(implicit0, attributes),
    encodeSignatureAlgorithm(signer.key.algorithm),
    writeValue(derTags.octetString, await signDer(signer.key, toSign)),
  )
  const signedData = writeSequence(
    writeUnsignedInteger(Buffer.of(3)),
    writeValue(setTag, digestAlgorithm),
    writeSequence(oid(oids.chuidSecurityObject)),
    writeValue(implicit0, signer.certificateDer),
    writeValue(setTag, signerInfo),
  )
  return writeSequence(oid(oids.signedData), writeValue(implicit0, signedData))
}

/**
 * The certificate of who signed `content`, if the signature is right and the certificate is one for
 * signing card data; null for anything else. Who issued that certificate is for `checkChain`.
 */
export function signerOfChuid(signature: Buffer, content: Buffer): Certificate | null {
  try {
    return readSigner(signature, content)
  } catch {
    // Whatever a stranger's card carries there is not ours.
    return null
  }
}

function readSigner(signature: Buffer, content: Buffer): Certificate | null {
  const [, wrapped] = readValues(readOnly(signature, derTags.sequence))
  const signedData = readOnly(contentOf(wrapped, implicit0), derTags.sequence)
  const [, , , certificates, signers] = readValues(signedData)
  const certificate = parseCertificate(contentOf(certificates, implicit0))
  const signerInfo = readOnly(contentOf(signers, setTag), derTags.sequence)
  const [, , , attributes, , value] = readValues(signerInfo)
  const signed = contentOf(attributes, implicit0)
  const toSign = writeValue(setTag, signed)
  const isRight =
    certificate.extendedKeyUsage.has(extendedKeyUsages.pivContentSigning) &&
    timingSafeEqual(digestIn(signed), sha256(content)) &&
    verify('sha256', toSign, certificate.publicKey, contentOf(value, derTags.octetString))
  return isRight ? certificate : null
}

function digestIn(attributes: Buffer): Buffer {
  const wanted = Buffer.from(oids.messageDigest, 'hex').subarray(2)
  for (const { content } of readValues(attributes)) {
    const [type, values] = readValues(content)
    if (!contentOf(type, derTags.objectIdentifier).equals(wanted)) continue
    return readOnly(contentOf(values, setTag), derTags.octetString)
  }
  throw new Error('no message digest')
}

const digestAlgorithm = writeSequence(oid(oids.sha256))

function attribute(type: string, value: Buffer): Buffer {
  return writeSequence(oid(type), writeValue(setTag, value))
}

/** The content of a SET OF in DER: its elements in ascending order (X.690 §11.6). */
function setOf(elements: readonly Buffer[]): Buffer {
  return Buffer.concat([...elements].sort((a, b) => Buffer.compare(a, b)))
}

function oid(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}

/** Issuer, serial number and subject of a certificate, each encoded as it stands there. */
function namesIn(der: Buffer): { issuer: Buffer; serial: Buffer; subject: Buffer } {
  const [tbs] = readValues(readOnly(der, derTags.sequence))
  const [, serial, , issuer, , subject] = readValues(contentOf(tbs, derTags.sequence))
  return {
    issuer: writeSequence(contentOf(issuer, derTags.sequence)),
    serial: writeValue(derTags.integer, contentOf(serial, derTags.integer)),
    subject: writeSequence(contentOf(subject, derTags.sequence)),
  }
}
