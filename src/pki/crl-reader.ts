import { readExtensionList } from './certificate-extensions.ts'
import {
  contentOf,
  derTags,
  eachValue,
  readObjectIdentifier,
  readOnly,
  readPositiveInteger,
  readTime,
  readValues,
} from './der.ts'
import { writeSequence } from './der-writer.ts'
import { readDistributionPoint, type DistributionPoint } from './crl-distribution-point.ts'

/** A revocation list as anybody reads it. Reading proves nothing: see `checkCrl`. */
export interface Crl {
  readonly der: Buffer
  /** What the signature is over. */
  readonly toBeSigned: Buffer
  readonly signatureAlgorithm: string
  readonly signature: Buffer
  /** The issuer's Name, DER. */
  readonly issuer: Buffer
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly number: bigint
  /** Lower-case hexadecimal; null when absent. */
  readonly authorityKeyIdentifier: string | null
  /** Null when absent: the list is its issuer's whole one. */
  readonly distributionPoint: DistributionPoint | null
  readonly entryCount: number
}

export interface ReadEntry {
  /** Lower-case hexadecimal without leading zero octets. */
  readonly serialNumber: string
  readonly at: Date
  /** CRLReason (RFC 5280 §5.3.1); null when absent. */
  readonly reasonCode: number | null
}

const ids = {
  number: '2.5.29.20',
  reasonCode: '2.5.29.21',
  distributionPoint: '2.5.29.28',
  authorityKeyIdentifier: '2.5.29.35',
} as const
const processed: ReadonlySet<string> = new Set(Object.values(ids))

const version2 = '01'
const extensionsTag = 0xa0
const keyIdentifierTag = 0x80
const enumeratedTag = 0x0a
/** RFC 5280 §5.2.3: at most 20 octets. */
const maxNumberBytes = 20

/**
 * Reads a complete list of version 2 with number and end, strictly (RFC 5280 §5.1, §5.2).
 *
 * @param onEntry - gets every entry, in the order of the list; there may be too many to keep
 * @throws Error at the first deviation, and for a critical extension that we do not know (§5.2:
 *   such a list must not be used)
 */
export function readCrl(der: Buffer, onEntry: (entry: ReadEntry) => void = () => undefined): Crl {
  const [list, algorithm, signature, ...more] = readValues(readOnly(der, derTags.sequence))
  if (more.length > 0) throw new Error('a list has three parts')
  const toBeSigned = contentOf(list, derTags.sequence)
  const tbs = readTbs(toBeSigned, onEntry)
  const outer = contentOf(algorithm, derTags.sequence)
  // §5.1.1.2: the algorithm is named twice, the second time under the signature.
  if (!outer.equals(tbs.algorithm)) throw new Error('two signature algorithms')
  const bits = contentOf(signature, derTags.bitString)
  if (bits[0] !== 0) throw new Error('signature is not whole octets')
  return {
    der,
    // There is one encoding only, so this is what stands there.
    toBeSigned: writeSequence(toBeSigned),
    signatureAlgorithm: readObjectIdentifier(
      contentOf(readValues(outer)[0], derTags.objectIdentifier),
    ),
    signature: bits.subarray(1),
    ...tbs.fields,
  }
}

/**
 * The content of `revokedCertificates`, empty where nothing is revoked, of a list of our own.
 * Whether two lists tell the same is told by these octets.
 */
export function entryOctets(der: Buffer): Buffer {
  const [list] = readValues(readOnly(der, derTags.sequence))
  // Version, signature, issuer, thisUpdate, nextUpdate, then the entries unless there are none.
  const entries = readValues(contentOf(list, derTags.sequence))[5]
  return entries?.tag === derTags.sequence ? entries.content : Buffer.of()
}

/** TBSCertList: version, algorithm, issuer, thisUpdate, nextUpdate, entries (absent if none) … */
function readTbs(content: Buffer, onEntry: (entry: ReadEntry) => void) {
  const [version, algorithm, issuer, thisUpdate, nextUpdate, ...rest] = readValues(content)
  if (contentOf(version, derTags.integer).toString('hex') !== version2) throw new Error('version')
  const list = rest[0]?.tag === derTags.sequence ? rest.shift() : undefined
  const [extensions, ...more] = rest
  if (more.length > 0) throw new Error('a list has too many parts')
  return {
    algorithm: contentOf(algorithm, derTags.sequence),
    fields: {
      issuer: writeSequence(contentOf(issuer, derTags.sequence)),
      thisUpdate: readTime(thisUpdate),
      nextUpdate: readTime(nextUpdate),
      ...readCrlExtensions(readOnly(contentOf(extensions, extensionsTag), derTags.sequence)),
      entryCount: list === undefined ? 0 : readEntries(list.content, onEntry),
    },
  }
}

function readCrlExtensions(list: Buffer) {
  const found = readExtensionList(list)
  for (const [id, { critical }] of found)
    if (critical && !processed.has(id)) throw new Error(`unknown critical extension ${id}`)
  const number = found.get(ids.number)?.value
  if (number === undefined) throw new Error('a list without a number')
  const authorityKey = found.get(ids.authorityKeyIdentifier)?.value
  const point = found.get(ids.distributionPoint)?.value
  return {
    number: readNumber(number),
    authorityKeyIdentifier: authorityKey === undefined ? null : readKeyIdentifier(authorityKey),
    distributionPoint: point === undefined ? null : readDistributionPoint(point),
  }
}

function readNumber(value: Buffer): bigint {
  const hex = readPositiveInteger(readOnly(value, derTags.integer))
  if (hex.length > 2 * maxNumberBytes) throw new Error('the number is too large')
  return BigInt(`0x${hex}`)
}

function readKeyIdentifier(value: Buffer): string | null {
  const parts = readValues(readOnly(value, derTags.sequence))
  return parts.find(({ tag }) => tag === keyIdentifierTag)?.content.toString('hex') ?? null
}

/** @returns how many */
function readEntries(content: Buffer, onEntry: (entry: ReadEntry) => void): number {
  let count = 0
  for (const entry of eachValue(content)) {
    onEntry(readEntry(contentOf(entry, derTags.sequence)))
    count += 1
  }
  // §5.1.2.6: there is no empty list of entries.
  if (count === 0) throw new Error('an empty list of entries')
  return count
}

function readEntry(content: Buffer): ReadEntry {
  const [serial, at, extensions, ...more] = readValues(content)
  if (more.length > 0) throw new Error('an entry has too many parts')
  return {
    serialNumber: readPositiveInteger(contentOf(serial, derTags.integer)),
    at: readTime(at),
    reasonCode:
      extensions === undefined ? null : readReason(contentOf(extensions, derTags.sequence)),
  }
}

/** Nearly every entry has this one extension, in these very octets. */
const reasonAlone = Buffer.from('300a0603551d1504030a01', 'hex')

function readReason(list: Buffer): number | null {
  const { length } = reasonAlone
  if (list.length === length + 1 && reasonAlone.compare(list, 0, length) === 0)
    return list[length] ?? null
  const found = readExtensionList(list)
  for (const [id, { critical }] of found)
    if (critical && !processed.has(id)) throw new Error(`unknown critical extension ${id}`)
  const value = found.get(ids.reasonCode)?.value
  if (value === undefined) return null
  const [code, ...more] = readOnly(value, enumeratedTag)
  if (code === undefined || more.length > 0) throw new Error('a reason is one octet')
  return code
}
