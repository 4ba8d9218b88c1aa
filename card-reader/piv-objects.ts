import { gunzipSync } from 'node:zlib'
import type { KeySlot } from './piv-keys.ts'
import { CardError } from './status-word.ts'
import { encodeTlv, findTlv, parseContainerStart, parseTlvs, requireTlv } from './tlv.ts'

/** Data objects by their tag (SP 800-73pt1-5 table 3). */
export const objectTags = {
  cardCapabilityContainer: 0x5fc107,
  cardHolderUniqueIdentifier: 0x5fc102,
  discovery: 0x7e,
  biometricGroup: 0x7f61,
} as const

export const certificateTags: Readonly<Record<KeySlot, number>> = {
  '9A': 0x5fc105,
  '9C': 0x5fc10a,
  '9D': 0x5fc10b,
  '9E': 0x5fc101,
}

/** Every object but discovery and the biometric group template is wrapped in this tag. */
export const containerTag = 0x53

const maxCertificateBytes = 16 * 1024
/** Agency 9999, system 9999, credential 999999: the FASC-N of every card that is not federal. */
const nonFederalFascN = 'd4e739da739ced39ce739d836858210842108421c84210c3eb'

/** Card Holder Unique Identifier, as our cards carry it: unsigned, so it proves nothing. */
export interface Chuid {
  /** The GUID as a UUID, lower-case with hyphens. */
  readonly cardUuid: string
  readonly expiresAt: Date
}

/** The content of tag 53 for object 5FC102 (SP 800-73pt1-5 §3.1.2). */
export function encodeChuid(chuid: Chuid): Buffer {
  const guid = Buffer.from(chuid.cardUuid.replaceAll('-', ''), 'hex')
  if (guid.length !== 16) throw new RangeError('a card is named by a UUID')
  const expiry = chuid.expiresAt.toISOString().slice(0, 10).replaceAll('-', '')
  return Buffer.concat([
    encodeTlv(0x30, Buffer.from(nonFederalFascN, 'hex')),
    encodeTlv(0x34, guid),
    encodeTlv(0x35, Buffer.from(expiry, 'latin1')),
    encodeTlv(0x3e),
    encodeTlv(0xfe),
  ])
}

/**
 * The GUID out of the first block of the CHUID object, tag 53 included; the block may end
 * anywhere behind it.
 *
 * @throws CardError `object-not-found` for an empty object; `malformed-answer` when the block does
 *   not hold a GUID of 16 bytes
 */
export function readGuidOfChuidStart(block: Buffer): string {
  const elements = parseContainerStart(block, containerTag)
  if (elements === null) throw new CardError('malformed-answer')
  if (elements.length === 0) throw new CardError('object-not-found')
  const guid = requireTlv(elements, 0x34)
  if (guid.length !== 16) throw new CardError('malformed-answer')
  return formatUuid(guid)
}

/**
 * The GUID out of the content of a whole CHUID.
 *
 * @throws CardError `malformed-answer`
 */
export function readGuidOfChuid(content: Buffer): string {
  const guid = requireTlv(parseTlvs(content, 'one-byte'), 0x34)
  if (guid.length !== 16) throw new CardError('malformed-answer')
  return formatUuid(guid)
}

function formatUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The content of tag 53 for object 5FC107; only the data model (F5) still means something. */
export function encodeCardCapabilityContainer(cardIdentifier: Buffer): Buffer {
  if (cardIdentifier.length !== 14) throw new RangeError('a CCC identifies its card by 14 bytes')
  const registeredIdentifier = Buffer.from('a000000116ff02', 'hex')
  return Buffer.concat([
    encodeTlv(0xf0, registeredIdentifier, cardIdentifier),
    encodeTlv(0xf1, Buffer.of(0x21)),
    encodeTlv(0xf2, Buffer.of(0x21)),
    encodeTlv(0xf3),
    encodeTlv(0xf4, Buffer.of(0x00)),
    encodeTlv(0xf5, Buffer.of(0x10)),
    ...[0xf6, 0xf7, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe].map((tag) => encodeTlv(tag)),
  ])
}

/** The content of tag 53 for a certificate object (SP 800-73pt1-5 appendix A). */
export function encodeCertificateContainer(der: Buffer): Buffer {
  return Buffer.concat([encodeTlv(0x70, der), encodeTlv(0x71, Buffer.of(0)), encodeTlv(0xfe)])
}

/**
 * The DER certificate in the content of tag 53, inflated where the card keeps it compressed.
 * Tolerant as real cards need it: 71 and FE may be missing. The DER itself is not looked into.
 *
 * @throws CardError `object-not-found` for an empty object, `malformed-answer`
 */
export function readCertificateContainer(content: Buffer): Buffer {
  if (content.length === 0) throw new CardError('object-not-found')
  const elements = parseTlvs(content, 'one-byte')
  const stored = requireTlv(elements, 0x70)
  if (stored.length === 0) throw new CardError('object-not-found')
  const compressed = ((findTlv(elements, 0x71)?.[0] ?? 0) & 0x01) === 1
  const der = compressed && stored[0] !== 0x30 ? inflate(stored) : Buffer.from(stored)
  if (der[0] !== 0x30 || der.length > maxCertificateBytes) throw new CardError('malformed-answer')
  return der
}

function inflate(stored: Buffer): Buffer {
  try {
    // The bound comes before the work: a card may not make us inflate a bomb.
    return gunzipSync(stored, { maxOutputLength: maxCertificateBytes })
  } catch (error) {
    throw new CardError('malformed-answer', { cause: error })
  }
}
