import { AsnConvert } from '@peculiar/asn1-schema'
import type { SigningKey } from '../keystore/keystore.ts'
import { parseCertificate } from './certificate.ts'
import { writeDistributionPoint } from './crl-distribution-point.ts'
import { crlIssuer } from './crl-issuer.ts'
import { derTags } from './der.ts'
import {
  writeBitString,
  writeExplicit,
  writeSequence,
  writeTime,
  writeUnsignedInteger,
  writeValue,
} from './der-writer.ts'
import { signatureAlgorithmOf, signDer } from './signing.ts'

/** What a list is to say (RFC 5280 §5.1), all but its entries and its signature. */
export interface CrlContent {
  /** The issuing authority's certificate, DER. */
  readonly issuerDer: Buffer
  readonly number: bigint
  /** Both to the second. */
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** Where the certificates of this part say that the list is; null where it does not tell. */
  readonly url: string | null
}

/**
 * Signs a list. Takes time in proportion to its entries.
 *
 * @param entries - the content of `revokedCertificates` as `encodeEntries` gives it, in parts
 * @throws KeystoreUnavailable
 */
export async function signCrl(
  content: CrlContent,
  entries: readonly Buffer[],
  key: SigningKey,
): Promise<Buffer> {
  const algorithm = Buffer.from(AsnConvert.serialize(signatureAlgorithmOf(key)))
  const toBeSigned = writeSequence(
    version2,
    algorithm,
    crlIssuer(content.issuerDer),
    writeTime(content.thisUpdate),
    writeTime(content.nextUpdate),
    // RFC 5280 §5.1.2.6: absent when nothing is revoked.
    ...(entries.length > 0 ? [writeSequence(...entries)] : []),
    writeExplicit(0, writeExtensions(content)),
  )
  return writeSequence(toBeSigned, algorithm, writeBitString(await signDer(key, toBeSigned)))
}

const version2 = writeUnsignedInteger(Buffer.of(1))

/** RFC 5280 §5.2.1, §5.2.3, §5.2.5; only the distribution point is critical. */
function writeExtensions({ issuerDer, number, url }: CrlContent): Buffer {
  const keyIdentifier = parseCertificate(issuerDer).subjectKeyIdentifier ?? ''
  const authorityKey = writeSequence(writeValue(0x80, Buffer.from(keyIdentifier, 'hex')))
  const hex = number.toString(16)
  const digits = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return writeSequence(
    writeExtension('551d23', authorityKey),
    writeExtension('551d14', writeUnsignedInteger(digits)),
    ...(url === null
      ? []
      : [writeExtension('551d1c', writeDistributionPoint(url), { critical: true })]),
  )
}

function writeExtension(id: string, value: Buffer, { critical = false } = {}): Buffer {
  return writeSequence(
    writeValue(derTags.objectIdentifier, Buffer.from(id, 'hex')),
    ...(critical ? [writeValue(derTags.boolean, Buffer.of(0xff))] : []),
    writeValue(derTags.octetString, value),
  )
}
