import {
  contentOf,
  derTags,
  readBoolean,
  readObjectIdentifier,
  readOnly,
  readPositiveInteger,
  readSmallInteger,
  readValues,
  type DerValue,
} from './der.ts'

/** What somebody wants to know (RFC 6960 §4.1), as far as an answer depends on it. */
export interface OcspRequest {
  /** At least one. */
  readonly certificates: readonly CertId[]
  /** 1 to 128 octets; null when the request has none. */
  readonly nonce: Buffer | null
}

/** A certificate as a request names it: by its issuer's hashes and its serial number. */
export interface CertId {
  /** The whole CertID as it was sent: an answer repeats it octet for octet. */
  readonly der: Buffer
  /** null for a hash that we know no issuer by. */
  readonly hash: CertIdHash | null
  /** issuerNameHash and issuerKeyHash, lower-case hexadecimal, one after the other. */
  readonly issuerHashes: string
  /** Lower-case hexadecimal without leading zero octets. */
  readonly serialNumber: string
}

export type CertIdHash = 'sha1' | 'sha256'

/** Room for a signed request with the requestor's certificates, which we do not look at. */
export const maxOcspRequestBytes = 16_384
/** Each costs work and some 150 bytes of answer; no client of ours asks for more than a chain. */
export const maxCertIds = 32

const hashes: Readonly<Record<string, CertIdHash>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
}

const nonceId = '1.3.6.1.5.5.7.48.1.2'
/**
 * Extensions that may be critical because their wish is met or left to us: nonce, acceptable
 * responses (all of ours are basic), service locator, preferred signature algorithms.
 */
const understood: ReadonlySet<string> = new Set([
  nonceId,
  '1.3.6.1.5.5.7.48.1.4',
  '1.3.6.1.5.5.7.48.1.7',
  '1.3.6.1.5.5.7.48.1.8',
])

/** Context tags of RFC 6960 appendix B.1, by where they stand. */
const tags = {
  optionalSignature: 0xa0,
  signatureCertificates: 0xa0,
  version: 0xa0,
  requestorName: 0xa1,
  requestExtensions: 0xa2,
  singleRequestExtensions: 0xa0,
} as const
const nullTag = 0x05
/** RFC 9654 §2.1: a nonce of another size is malformed; of this size we echo every one. */
const nonceBytes = { min: 1, max: 128 } as const
/** None that is in use comes near; reading one takes time by the square of its length. */
const maxIdentifierBytes = 32

/**
 * Reads one DER OCSPRequest. Who asks does not matter: requestorName and signature have to be well
 * formed, and are not looked at further (RFC 6960 §4.1.2 leaves it to the responder to want them).
 *
 * @returns null for anything that is not exactly one request that we could answer in full: other
 *   versions, no or too many CertIDs, a nonce of the wrong size, unknown critical extensions
 */
export function parseOcspRequest(der: Buffer): OcspRequest | null {
  if (der.length > maxOcspRequestBytes) return null
  try {
    return readRequest(der)
  } catch {
    return null
  }
}

/** OCSPRequest ::= SEQUENCE { tbsRequest, optionalSignature [0] EXPLICIT OPTIONAL } */
function readRequest(der: Buffer): OcspRequest {
  const [tbs, signature, ...more] = readValues(readOnly(der, derTags.sequence))
  if (more.length > 0) throw new Error('more than a request and its signature')
  if (signature !== undefined) checkSignatureShape(contentOf(signature, tags.optionalSignature))
  return readTbs(contentOf(tbs, derTags.sequence))
}

/** Signature ::= SEQUENCE { algorithm, BIT STRING, certs [0] EXPLICIT OPTIONAL } */
function checkSignatureShape(explicit: Buffer): void {
  const [algorithm, signature, certificates, ...more] = readValues(
    readOnly(explicit, derTags.sequence),
  )
  contentOf(algorithm, derTags.sequence)
  contentOf(signature, derTags.bitString)
  if (certificates !== undefined) {
    readOnly(contentOf(certificates, tags.signatureCertificates), derTags.sequence)
  }
  if (more.length > 0) throw new Error('a signature has too many parts')
}

/** TBSRequest: version [0], requestorName [1], requestList, requestExtensions [2]. */
function readTbs(content: Buffer): OcspRequest {
  const parts = readValues(content)
  const take = (tag: number) => (parts[0]?.tag === tag ? parts.shift() : undefined)
  const version = take(tags.version)
  if (version !== undefined) checkVersion(version.content)
  const requestorName = take(tags.requestorName)
  if (requestorName !== undefined) checkOneValue(requestorName.content)
  const list = contentOf(parts.shift(), derTags.sequence)
  const extensions = take(tags.requestExtensions)
  if (parts.length > 0) throw new Error('a request has too many parts')
  const nonce = extensions === undefined ? null : readRequestExtensions(extensions.content)
  return { certificates: readList(list), nonce }
}

/** v1 is the default, so DER leaves it out; some clients write it all the same. */
function checkVersion(explicit: Buffer): void {
  if (readSmallInteger(readOnly(explicit, derTags.integer)) !== 0) throw new Error('not version 1')
}

/** GeneralName is a choice: any one value. */
function checkOneValue(explicit: Buffer): void {
  if (readValues(explicit).length !== 1) throw new Error('not one name')
}

function readList(list: Buffer): CertId[] {
  const requests = readValues(list)
  if (requests.length < 1 || requests.length > maxCertIds) throw new Error('number of CertIDs')
  return requests.map((request) => readSingle(contentOf(request, derTags.sequence)))
}

/** Request ::= SEQUENCE { reqCert, singleRequestExtensions [0] EXPLICIT OPTIONAL } */
function readSingle(content: Buffer): CertId {
  const [certId, extensions, ...more] = readValues(content)
  if (more.length > 0) throw new Error('a single request has too many parts')
  if (extensions !== undefined) readExtensions(contentOf(extensions, tags.singleRequestExtensions))
  const parts = contentOf(certId, derTags.sequence)
  const end = parts.byteOffset + parts.length - content.byteOffset
  return readCertId(content.subarray(0, end), parts)
}

/** CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } */
function readCertId(der: Buffer, content: Buffer): CertId {
  const [algorithm, nameHash, keyHash, serial, ...more] = readValues(content)
  if (more.length > 0) throw new Error('a CertID has too many parts')
  const name = contentOf(nameHash, derTags.octetString)
  const key = contentOf(keyHash, derTags.octetString)
  return {
    der,
    hash: readHash(contentOf(algorithm, derTags.sequence)),
    issuerHashes: name.toString('hex') + key.toString('hex'),
    serialNumber: readPositiveInteger(contentOf(serial, derTags.integer)),
  }
}

/** Parameters are absent or NULL (RFC 5754 §2); clients write both. */
function readHash(content: Buffer): CertIdHash | null {
  const [id, parameters, ...more] = readValues(content)
  const known = hashes[readIdentifier(id)] ?? null
  if (more.length > 0) throw new Error('an algorithm has too many parts')
  const isBare =
    parameters === undefined || (parameters.tag === nullTag && parameters.content.length === 0)
  return isBare ? known : null
}

function readRequestExtensions(explicit: Buffer): Buffer | null {
  const value = readExtensions(explicit).get(nonceId)
  if (value === undefined) return null
  const nonce = readOnly(value, derTags.octetString)
  const { length } = nonce
  if (length < nonceBytes.min || length > nonceBytes.max) throw new Error('nonce size')
  return nonce
}

/** The values by identifier. RFC 6960 §4.4: unknown ones are ignored unless they are critical. */
function readExtensions(explicit: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const item of readValues(readOnly(explicit, derTags.sequence))) {
    const { id, critical, value } = readExtension(contentOf(item, derTags.sequence))
    if (found.has(id)) throw new Error('an extension appears twice')
    if (critical && !understood.has(id)) throw new Error('an unknown critical extension')
    found.set(id, value)
  }
  return found
}

/** Some clients write `critical FALSE`, which DER leaves out: it says the same. */
function readExtension(content: Buffer): { id: string; critical: boolean; value: Buffer } {
  const [id, second, third, ...more] = readValues(content)
  const flag: DerValue | null = second?.tag === derTags.boolean ? second : null
  if (more.length > 0 || (flag === null && third))
    throw new Error('an extension has too many parts')
  return {
    id: readIdentifier(id),
    critical: flag !== null && readBoolean(flag.content),
    value: contentOf(flag === null ? second : third, derTags.octetString),
  }
}

function readIdentifier(value: DerValue | undefined): string {
  const content = contentOf(value, derTags.objectIdentifier)
  if (content.length > maxIdentifierBytes) throw new Error('object identifier too long')
  return readObjectIdentifier(content)
}
