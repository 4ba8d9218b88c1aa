import {
  contentOf,
  derTags,
  readBoolean,
  readObjectIdentifier,
  readOnly,
  readSmallInteger,
  readValues,
  type DerValue,
} from './der.ts'

/** What an end entity's or an authority's extensions say (RFC 5280 §4.2), absent ones as empty. */
export interface CertificateExtensions {
  readonly keyUsage: ReadonlySet<KeyUsage>
  /** Object identifiers; empty when the extension is absent. */
  readonly extendedKeyUsage: ReadonlySet<string>
  /** Object identifiers of the certificate policies, in order. */
  readonly policies: readonly string[]
  /** The one `urn:uuid:` of the subject alternative name (FIPS 201-3 §5.2.1), else null. */
  readonly cardUuid: string | null
  /** Lower-case hexadecimal, null when absent. */
  readonly subjectKeyIdentifier: string | null
  readonly authorityKeyIdentifier: string | null
  readonly isCa: boolean
  /** null when unlimited or not an authority. */
  readonly pathLength: number | null
  /** Critical extensions that we do not process; a chain with one is refused (RFC 5280 §4.2). */
  readonly unknownCriticalExtensions: readonly string[]
}

/** RFC 5280 §4.2.1.3, in the order of its bits. */
const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof keyUsages)[number]

const ids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const
const processed: ReadonlySet<string> = new Set(Object.values(ids))

/** GeneralName `uniformResourceIdentifier` [6] and AuthorityKeyIdentifier `keyIdentifier` [0]. */
const uriTag = 0x86
const keyIdentifierTag = 0x80

interface Extension {
  readonly critical: boolean
  readonly value: Buffer
}

/**
 * @param list - the content of the SEQUENCE OF Extension
 * @throws Error at the first malformed or repeated extension
 */
export function readExtensions(list: Buffer): CertificateExtensions {
  const found = readExtensionList(list)
  return {
    keyUsage: valueOf(found, ids.keyUsage, readKeyUsage) ?? new Set(),
    extendedKeyUsage: new Set(valueOf(found, ids.extendedKeyUsage, readObjectIdentifiers)),
    policies: valueOf(found, ids.certificatePolicies, readPolicies) ?? [],
    cardUuid: valueOf(found, ids.subjectAltName, readCardUuid) ?? null,
    subjectKeyIdentifier: valueOf(found, ids.subjectKeyIdentifier, readKeyIdentifier) ?? null,
    authorityKeyIdentifier: valueOf(found, ids.authorityKeyIdentifier, readAuthorityKey) ?? null,
    ...(valueOf(found, ids.basicConstraints, readBasicConstraints) ?? notAnAuthority),
    unknownCriticalExtensions: [...found]
      .filter(([id, { critical }]) => critical && !processed.has(id))
      .map(([id]) => id),
  }
}

/** @throws Error at the first malformed or repeated extension */
export function readExtensionList(list: Buffer): Map<string, Extension> {
  const found = new Map<string, Extension>()
  for (const item of readValues(list)) {
    const { id, ...extension } = readExtension(contentOf(item, derTags.sequence))
    // RFC 5280 §4.2: no extension twice.
    if (found.has(id)) throw new Error('an extension appears twice')
    found.set(id, extension)
  }
  return found
}

function readExtension(content: Buffer): Extension & { id: string } {
  const [id, second, third, ...more] = readValues(content)
  const hasFlag = second?.tag === derTags.boolean
  if (more.length > 0 || (!hasFlag && third)) throw new Error('an extension has too many parts')
  return {
    id: readObjectIdentifier(contentOf(id, derTags.objectIdentifier)),
    critical: hasFlag && readBoolean(second.content),
    value: contentOf(hasFlag ? third : second, derTags.octetString),
  }
}

function valueOf<T>(
  found: ReadonlyMap<string, Extension>,
  id: string,
  read: (value: Buffer) => T,
): T | undefined {
  const extension = found.get(id)
  return extension && read(extension.value)
}

function readKeyUsage(value: Buffer): Set<KeyUsage> {
  const [unusedBits = 8, ...bytes] = readOnly(value, derTags.bitString)
  if (unusedBits > 7) throw new Error('key usage is not a bit string')
  return new Set(keyUsages.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0))
}

function readObjectIdentifiers(value: Buffer): string[] {
  return readValues(readOnly(value, derTags.sequence)).map((item) =>
    readObjectIdentifier(contentOf(item, derTags.objectIdentifier)),
  )
}

function readPolicies(value: Buffer): string[] {
  return readValues(readOnly(value, derTags.sequence)).map((information) => {
    const [id] = readValues(contentOf(information, derTags.sequence))
    return readObjectIdentifier(contentOf(id, derTags.objectIdentifier))
  })
}

function readCardUuid(value: Buffer): string | null {
  const uuids = readValues(readOnly(value, derTags.sequence))
    .map(cardUuidOfName)
    .filter((uuid) => uuid !== null)
  // Two of them would leave open which card is meant.
  return uuids.length === 1 ? (uuids[0] ?? null) : null
}

function cardUuidOfName({ tag, content }: DerValue): string | null {
  if (tag !== uriTag) return null
  const uuid = /^urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i
  return uuid.exec(content.toString('latin1'))?.[1]?.toLowerCase() ?? null
}

function readKeyIdentifier(value: Buffer): string {
  return readOnly(value, derTags.octetString).toString('hex')
}

function readAuthorityKey(value: Buffer): string | null {
  const parts = readValues(readOnly(value, derTags.sequence))
  return parts.find(({ tag }) => tag === keyIdentifierTag)?.content.toString('hex') ?? null
}

const notAnAuthority = { isCa: false, pathLength: null } as const

function readBasicConstraints(value: Buffer): { isCa: boolean; pathLength: number | null } {
  const [flag, length, ...more] = readValues(readOnly(value, derTags.sequence))
  if (more.length > 0) throw new Error('basic constraints have too many parts')
  const isCa = flag !== undefined && readBoolean(contentOf(flag, derTags.boolean))
  if (!isCa) return notAnAuthority
  return { isCa, pathLength: length ? readSmallInteger(contentOf(length, derTags.integer)) : null }
}
