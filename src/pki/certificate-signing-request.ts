import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { CertificateRequestRefused } from './certificate-request.ts'
import {
  contentOf,
  derTags,
  readObjectIdentifier,
  readOnly,
  readSmallInteger,
  readValues,
  type DerValue,
} from './der.ts'
import { writeSequence } from './der-writer.ts'

/**
 * A PKCS #10 request (RFC 2986) whose signature is right: who made it holds the private key. What
 * it asks for is no more than a wish; names in certificates come from the registry.
 */
export interface CertificateSigningRequest {
  /** SubjectPublicKeyInfo, DER; nothing is said about its strength: see `checkPublicKey`. */
  readonly publicKey: Buffer
  /** Name, DER, as it was asked for. */
  readonly requestedSubject: Buffer
  /** The dNSNames of an extensionRequest (RFC 2985 §5.4.2), as they were asked for. */
  readonly requestedDnsNames: readonly string[]
}

/** An RSA-3072 request with a page of names has some 2 kB. */
export const maxRequestBytes = 16_384

interface SignatureKind {
  readonly hash: string
  readonly keyType: 'ec' | 'rsa'
}

/** RFC 5758 §3.2, RFC 4055 §5. SHA-1 and older prove nothing any more. */
const signatureKinds: Readonly<Record<string, SignatureKind>> = {
  '1.2.840.10045.4.3.2': { hash: 'sha256', keyType: 'ec' },
  '1.2.840.10045.4.3.3': { hash: 'sha384', keyType: 'ec' },
  '1.2.840.10045.4.3.4': { hash: 'sha512', keyType: 'ec' },
  '1.2.840.113549.1.1.11': { hash: 'sha256', keyType: 'rsa' },
  '1.2.840.113549.1.1.12': { hash: 'sha384', keyType: 'rsa' },
  '1.2.840.113549.1.1.13': { hash: 'sha512', keyType: 'rsa' },
}

const extensionRequestId = '1.2.840.113549.1.9.14'
const subjectAltNameId = '2.5.29.17'
const attributesTag = 0xa0
const setTag = 0x31
const dnsNameTag = 0x82

/**
 * Reads a request strictly and checks that its key has signed it.
 *
 * @param input - DER, or PEM with one `CERTIFICATE REQUEST`
 * @throws CertificateRequestRefused `csr` for whatever is not exactly one well-formed request with
 *   a right signature by a key that OpenSSL can read
 */
export function readSigningRequest(input: Buffer): CertificateSigningRequest {
  if (input.length > maxRequestBytes) throw refused(`must have at most ${maxRequestBytes} bytes`)
  const read = readParts(input)
  const kind = signatureKinds[read.algorithm]
  if (kind === undefined) throw refused('must be signed with ECDSA or RSA and SHA-256 or better')
  const key = readKey(read.publicKey)
  if (key.asymmetricKeyType !== kind.keyType || !isSignedBy(key, read, kind)) {
    throw refused('must be signed by the key that it is about')
  }
  const { publicKey, requestedSubject, requestedDnsNames } = read
  return { publicKey, requestedSubject, requestedDnsNames }
}

interface RequestParts extends CertificateSigningRequest {
  readonly signedBytes: Buffer
  readonly algorithm: string
  readonly signature: Buffer
}

function readParts(input: Buffer): RequestParts {
  try {
    return readRequest(derOf(input))
  } catch (cause) {
    throw refused('must be one PKCS #10 request', cause)
  }
}

const pem =
  /^\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----([\w+/=\s]+)-----END \1?CERTIFICATE REQUEST-----\s*$/

function derOf(input: Buffer): Buffer {
  if (input[0] === derTags.sequence) return Buffer.from(input)
  const base64 = pem.exec(input.toString('latin1'))?.[2]
  if (base64 === undefined) throw new Error('neither DER nor PEM')
  return Buffer.from(base64, 'base64')
}

/** CertificationRequest (RFC 2986 §4.2). */
function readRequest(der: Buffer): RequestParts {
  const [info, algorithm, signature, ...more] = readValues(readOnly(der, derTags.sequence))
  if (more.length > 0) throw new Error('a request has three parts')
  const [unusedBits, ...octets] = contentOf(signature, derTags.bitString)
  if (unusedBits !== 0) throw new Error('a signature has whole octets')
  return {
    ...readInfo(contentOf(info, derTags.sequence)),
    signedBytes: encoded(info),
    algorithm: readAlgorithm(contentOf(algorithm, derTags.sequence)),
    signature: Buffer.from(octets),
  }
}

/** CertificationRequestInfo (RFC 2986 §4.1). */
function readInfo(content: Buffer): CertificateSigningRequest {
  const [version, subject, publicKey, attributes, ...more] = readValues(content)
  if (readSmallInteger(contentOf(version, derTags.integer)) !== 0) throw new Error('not version 1')
  if (more.length > 0) throw new Error('a request info has four parts')
  contentOf(subject, derTags.sequence)
  return {
    publicKey: encoded(publicKey),
    requestedSubject: encoded(subject),
    requestedDnsNames: attributes ? readAttributes(contentOf(attributes, attributesTag)) : [],
  }
}

/** Parameters are NULL or absent: nothing that we accept has others. */
function readAlgorithm(content: Buffer): string {
  const [id, parameters, ...more] = readValues(content)
  const isPlain =
    parameters === undefined || (parameters.tag === 0x05 && !parameters.content.length)
  if (!isPlain || more.length > 0) throw new Error('unexpected algorithm parameters')
  return readObjectIdentifier(contentOf(id, derTags.objectIdentifier))
}

/** Attributes other than the extensionRequest (a challengePassword, say) are passed over. */
function readAttributes(content: Buffer): string[] {
  const values = readValues(content).flatMap((attribute) => {
    const [id, set, ...more] = readValues(contentOf(attribute, derTags.sequence))
    if (more.length > 0) throw new Error('an attribute has two parts')
    const isWanted =
      readObjectIdentifier(contentOf(id, derTags.objectIdentifier)) === extensionRequestId
    return readValues(contentOf(set, setTag)).filter(() => isWanted)
  })
  if (values.length > 1) throw new Error('two extension requests')
  return values.flatMap((extensions) =>
    readValues(contentOf(extensions, derTags.sequence)).flatMap(readDnsNames),
  )
}

function readDnsNames(extension: DerValue): string[] {
  const parts = readValues(contentOf(extension, derTags.sequence))
  const id = readObjectIdentifier(contentOf(parts[0], derTags.objectIdentifier))
  if (id !== subjectAltNameId) return []
  const names = readOnly(contentOf(parts.at(-1), derTags.octetString), derTags.sequence)
  return readValues(names)
    .filter(({ tag }) => tag === dnsNameTag)
    .map((name) => name.content.toString('latin1'))
}

/** The DER of a value that was read from DER: there is one way only to write it. */
function encoded(value: DerValue | undefined): Buffer {
  return writeSequence(contentOf(value, derTags.sequence))
}

function readKey(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw refused('must be about a public key that can be read', cause)
  }
}

function isSignedBy(key: KeyObject, parts: RequestParts, { hash }: SignatureKind): boolean {
  try {
    return verify(hash, parts.signedBytes, key, parts.signature)
  } catch {
    return false
  }
}

function refused(message: string, cause?: unknown): CertificateRequestRefused {
  return new CertificateRequestRefused('csr', message, cause)
}
