import { createHash, X509Certificate, type KeyObject } from 'node:crypto'
import { AppError } from '../errors.ts'
import { readExtensions, type CertificateExtensions } from './certificate-extensions.ts'
import { contentOf, derTags, readOnly, readPositiveInteger, readTime, readValues } from './der.ts'

export type { KeyUsage } from './certificate-extensions.ts'

/** Our read-only view of a certificate. Reading proves nothing: see `checkChain`. */
export interface Certificate extends CertificateExtensions {
  /** A copy of what was parsed. */
  readonly der: Buffer
  /** SHA-256 over `der`. */
  readonly fingerprint: Buffer
  /** Lower-case hexadecimal without leading `00`. */
  readonly serialNumber: string
  /** One `TYPE=value` a line, for people; chains are checked over the encoded names. */
  readonly subject: string
  readonly issuer: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: KeyObject
}

/** The bytes are not one certificate that we can read in full. */
export class CertificateUnreadable extends AppError {
  readonly code = 'CERTIFICATE_UNREADABLE'
}

/** A PIV card holds certificates of at most 3 kB (SP 800-73-5 part 1, table 7). */
const maxCertificateBytes = 16_384

/** Context tags of TBSCertificate (RFC 5280 §4.1). */
const versionTag = 0xa0
const extensionsTag = 0xa3
const version3 = '02'

/**
 * Reads a DER certificate. Does not check who signed it, dates, or what it may be used for.
 *
 * OpenSSL reads it too and gives the key, since OpenSSL verifies signatures; what it does not tell
 * (policies, identifiers, path length, critical extensions) is read here, some nine times faster than by
 * the library that we issue with, because this is on the path of every sign-in.
 *
 * @throws CertificateUnreadable for whatever is not exactly one well-formed X.509 v3 certificate
 */
export function parseCertificate(der: Buffer): Certificate {
  if (der.length > maxCertificateBytes) {
    throw new CertificateUnreadable('larger than any certificate', { bytes: der.length })
  }
  try {
    return readCertificate(Buffer.from(der))
  } catch (cause) {
    throw new CertificateUnreadable('not one X.509 v3 certificate', { bytes: der.length }, cause)
  }
}

/** The SHA-256 by which the registry finds a certificate. */
export function fingerprintOf(der: Buffer): Buffer {
  return createHash('sha256').update(der).digest()
}

function readCertificate(der: Buffer): Certificate {
  const [tbs] = readValues(readOnly(der, derTags.sequence))
  const read = readTbs(contentOf(tbs, derTags.sequence))
  const openSsl = new X509Certificate(der)
  return {
    der,
    fingerprint: fingerprintOf(der),
    ...read,
    subject: nameText(openSsl.subject),
    issuer: nameText(openSsl.issuer),
    publicKey: openSsl.publicKey,
  }
}

/** Node's types forget that it gives undefined for a name without attributes. */
function nameText(name: string | undefined): string {
  return name ?? ''
}

/** TBSCertificate of version 3: [0] version, serial, algorithm, issuer, validity, subject, key … */
function readTbs(content: Buffer) {
  const [version, serial, , , validity, , , ...optional] = readValues(content)
  const versionNumber = readOnly(contentOf(version, versionTag), derTags.integer)
  if (versionNumber.toString('hex') !== version3) throw new Error('not version 3')
  const [notBefore, notAfter] = readValues(contentOf(validity, derTags.sequence))
  const extensions = optional.find(({ tag }) => tag === extensionsTag)
  return {
    serialNumber: readPositiveInteger(contentOf(serial, derTags.integer)),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    ...readExtensions(extensions ? readOnly(extensions.content, derTags.sequence) : Buffer.of()),
  }
}
