import type * as x509 from '@peculiar/x509'
import { AsnConvert } from '@peculiar/asn1-schema'
import type { KeyAlgorithm } from '../keystore/keystore.ts'
import { derTags } from './der.ts'
import {
  writeExplicit,
  writeSequence,
  writeTime,
  writeUnsignedInteger,
  writeValue,
} from './der-writer.ts'
import { signatureAlgorithmOf } from './signature-algorithm.ts'

/** Everything that goes into a certificate besides the signature. */
export interface ToBeSigned {
  /** Lower-case hexadecimal. */
  readonly serialNumber: string
  readonly subject: x509.Name
  readonly issuer: x509.Name
  readonly notBefore: Date
  readonly notAfter: Date
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly extensions: readonly x509.Extension[]
}

const version3 = 2
const versionTagNumber = 0
const extensionsTagNumber = 3

/**
 * TBSCertificate (RFC 5280 §4.1), DER: the very bytes that are checked and then signed. Names, key
 * and extensions go in as they were encoded; the library's own generator would take them apart and
 * put them together again, which costs more than the signature.
 */
export function encodeToBeSigned(content: ToBeSigned, issuerAlgorithm: KeyAlgorithm): Buffer {
  return writeSequence(
    writeExplicit(versionTagNumber, writeValue(derTags.integer, Buffer.of(version3))),
    writeUnsignedInteger(Buffer.from(content.serialNumber, 'hex')),
    encodeSignatureAlgorithm(issuerAlgorithm),
    Buffer.from(content.issuer.toArrayBuffer()),
    writeSequence(writeTime(content.notBefore), writeTime(content.notAfter)),
    Buffer.from(content.subject.toArrayBuffer()),
    content.publicKey,
    writeExplicit(
      extensionsTagNumber,
      writeSequence(...content.extensions.map(({ rawData }) => Buffer.from(rawData))),
    ),
  )
}

/** AlgorithmIdentifier, DER. */
export function encodeSignatureAlgorithm(algorithm: KeyAlgorithm): Buffer {
  return Buffer.from(AsnConvert.serialize(signatureAlgorithmOf({ algorithm })))
}
