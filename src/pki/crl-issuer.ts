import { contentOf, derTags, readOnly, readValues } from './der.ts'
import { writeSequence } from './der-writer.ts'

/** The subject of a certificate, byte for byte: what its lists name as issuer (§5.1.2.3). */
export function crlIssuer(certificateDer: Buffer): Buffer {
  const [tbs] = readValues(readOnly(certificateDer, derTags.sequence))
  // Version, serial number, signature, issuer, validity, subject (§4.1).
  const subject = readValues(contentOf(tbs, derTags.sequence))[5]
  return writeSequence(contentOf(subject, derTags.sequence))
}
