import forge from 'node-forge'

/** One value of ASN.1, as node-forge reads and writes it. */
export type Asn1 = forge.asn1.Asn1

const { asn1 } = forge
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class
const { INTEGER, NULL, OCTETSTRING, OID, SEQUENCE, SET, BMPSTRING } = asn1.Type

/** Bytes were no ASN.1, or other ASN.1 than was asked for. */
export class DerUnexpected extends Error {}

export function toDer(value: Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'latin1')
}

/** Reads BER too (indefinite lengths), which other makers' files still use; nothing may follow. */
export function fromDer(der: Buffer): Asn1 {
  try {
    return asn1.fromDer(der.toString('latin1'))
  } catch {
    throw new DerUnexpected('not ASN.1')
  }
}

export function sequence(...children: Asn1[]): Asn1 {
  return asn1.create(UNIVERSAL, SEQUENCE, true, children)
}

export function setOf(...children: Asn1[]): Asn1 {
  return asn1.create(UNIVERSAL, SET, true, children)
}

export function oid(dotted: string): Asn1 {
  return asn1.create(UNIVERSAL, OID, false, asn1.oidToDer(dotted).getBytes())
}

export function octets(bytes: Buffer): Asn1 {
  return asn1.create(UNIVERSAL, OCTETSTRING, false, bytes.toString('latin1'))
}

export function integer(value: number): Asn1 {
  return asn1.create(UNIVERSAL, INTEGER, false, asn1.integerToDer(value).getBytes())
}

export function nothing(): Asn1 {
  return asn1.create(UNIVERSAL, NULL, false, '')
}

export function bmpString(text: string): Asn1 {
  return asn1.create(UNIVERSAL, BMPSTRING, false, text)
}

/** [tag] EXPLICIT */
export function tagged(tag: number, child: Asn1): Asn1 {
  return asn1.create(CONTEXT_SPECIFIC, tagType(tag), true, [child])
}

/** [tag] IMPLICIT OCTET STRING */
export function taggedOctets(tag: number, bytes: Buffer): Asn1 {
  return asn1.create(CONTEXT_SPECIFIC, tagType(tag), false, bytes.toString('latin1'))
}

export function readSequence(value: Asn1 | undefined): readonly Asn1[] {
  return children(value, UNIVERSAL, SEQUENCE)
}

export function readSet(value: Asn1 | undefined): readonly Asn1[] {
  return children(value, UNIVERSAL, SET)
}

export function readTagged(value: Asn1 | undefined, tag: number): Asn1 {
  const [child, ...others] = children(value, CONTEXT_SPECIFIC, tagType(tag))
  if (child === undefined || others.length > 0) throw new DerUnexpected('not one tagged value')
  return child
}

export function readOid(value: Asn1 | undefined): string {
  return asn1.derToOid(primitive(value, UNIVERSAL, OID))
}

export function readOctets(value: Asn1 | undefined): Buffer {
  return pieces(value, UNIVERSAL, OCTETSTRING)
}

export function readTaggedOctets(value: Asn1 | undefined, tag: number): Buffer {
  return pieces(value, CONTEXT_SPECIFIC, tagType(tag))
}

/** A number from 0 to 2^31 - 1; what is larger is no number that we can work with. */
export function readInteger(value: Asn1 | undefined): number {
  const bytes = Buffer.from(primitive(value, UNIVERSAL, INTEGER), 'latin1')
  if (bytes.length < 1 || bytes.length > 4) throw new DerUnexpected('not a small integer')
  const number = bytes.readIntBE(0, bytes.length)
  if (number < 0) throw new DerUnexpected('a negative integer')
  return number
}

/** In BER a string of octets may come in pieces (X.690 §8.7.3). */
function pieces(
  value: Asn1 | undefined,
  tagClass: forge.asn1.Class,
  type: forge.asn1.Type,
): Buffer {
  if (value !== undefined && Array.isArray(value.value)) {
    return Buffer.concat(children(value, tagClass, type).map(readOctets))
  }
  return Buffer.from(primitive(value, tagClass, type), 'latin1')
}

function children(
  value: Asn1 | undefined,
  tagClass: forge.asn1.Class,
  type: forge.asn1.Type,
): readonly Asn1[] {
  if (value?.tagClass === tagClass && value.type === type && Array.isArray(value.value)) {
    return value.value
  }
  throw new DerUnexpected('another constructed value')
}

function primitive(
  value: Asn1 | undefined,
  tagClass: forge.asn1.Class,
  type: forge.asn1.Type,
): string {
  if (value?.tagClass === tagClass && value.type === type && typeof value.value === 'string') {
    return value.value
  }
  throw new DerUnexpected('another primitive value')
}

/** The library's type for tags names those of the universal class alone. */
function tagType(tag: number): forge.asn1.Type {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a context's own tag
  return tag
}
