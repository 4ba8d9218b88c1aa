import {
  readExtensionList,
  readExtensions,
  type CertificateExtensions,
} from './certificate-extensions.ts'
import {
  contentOf,
  derTags,
  readObjectIdentifier,
  readOnly,
  readSmallInteger,
  readTime,
  readValues,
  type DerValue,
} from './der.ts'
import { writeSequence } from './der-writer.ts'

/** What the bytes of a TBSCertificate say, read by other code than what wrote them. */
export interface ToBeSignedView extends CertificateExtensions {
  /** As encoded: 2 is version 3. */
  readonly version: number
  /** The octets of the INTEGER, sign octet included. */
  readonly serialOctets: Buffer
  /** AlgorithmIdentifier, Name and SubjectPublicKeyInfo, DER. */
  readonly signature: Buffer
  readonly issuer: Buffer
  readonly publicKey: Buffer
  readonly validity: readonly [TimeView, TimeView]
  readonly subject: readonly NameAttributeView[]
  readonly extensions: ReadonlyMap<string, { readonly critical: boolean; readonly value: Buffer }>
  /** GeneralNames of the subject alternative name. */
  readonly alternativeNames: readonly DerValue[]
}

export interface TimeView {
  readonly tag: number
  readonly at: Date
}

export interface NameAttributeView {
  readonly type: string
  readonly tag: number
  readonly content: Buffer
}

const versionTag = 0xa0
const extensionsTag = 0xa3
const setTag = 0x31
const subjectAltNameId = '2.5.29.17'

/** @throws Error at the first thing that is not TBSCertificate (RFC 5280 §4.1) of version 3 */
export function readToBeSigned(der: Buffer): ToBeSignedView {
  const parts = readValues(readOnly(der, derTags.sequence))
  if (parts.length !== 8) throw new Error('a certificate of version 3 has eight parts')
  const [version, serial, signature, issuer, validity, subject, publicKey, last] = parts
  const list = readOnly(contentOf(last, extensionsTag), derTags.sequence)
  const extensions = readExtensionList(list)
  const names = extensions.get(subjectAltNameId)
  return {
    ...readExtensions(list),
    version: readSmallInteger(readOnly(contentOf(version, versionTag), derTags.integer)),
    serialOctets: contentOf(serial, derTags.integer),
    signature: encoded(signature),
    issuer: encoded(issuer),
    publicKey: encoded(publicKey),
    validity: readValidity(contentOf(validity, derTags.sequence)),
    subject: readName(contentOf(subject, derTags.sequence)),
    extensions,
    alternativeNames: names ? readValues(readOnly(names.value, derTags.sequence)) : [],
  }
}

function readValidity(content: Buffer): [TimeView, TimeView] {
  const [notBefore, notAfter, ...more] = readValues(content).map((value) => ({
    tag: value.tag,
    at: readTime(value),
  }))
  if (!notBefore || !notAfter || more.length > 0) throw new Error('a validity has two times')
  return [notBefore, notAfter]
}

/** One attribute in each relative name: we write no others. */
function readName(content: Buffer): NameAttributeView[] {
  return readValues(content).map((relative) => {
    const pair = readValues(readOnly(contentOf(relative, setTag), derTags.sequence))
    const [type, value, ...more] = pair
    if (!value || more.length > 0) throw new Error('an attribute has a type and a value')
    return { type: readObjectIdentifier(contentOf(type, derTags.objectIdentifier)), ...value }
  })
}

function encoded(value: DerValue | undefined): Buffer {
  return writeSequence(contentOf(value, derTags.sequence))
}
