import 'reflect-metadata'
import { createHash } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { Pointers } from './addresses.ts'
import { extendedKeyUsages } from './card-profile.ts'
import type { KeyUsage } from './certificate-extensions.ts'
import { contentOf, derTags, readOnly, readValues } from './der.ts'
import { writeSequence, writeValue } from './der-writer.ts'
import type { LeafProfile } from './leaf-profile.ts'

/** The extensions of what we issue (RFC 5280 §4.2), from profile, keys and names. */
export interface SharedExtensionInput {
  /** The subject key identifier in the issuer's own certificate, however it was made. */
  readonly issuerKeyIdentifier: Buffer
  readonly policyArc: string
  readonly pointers: Pointers
}

/** One name in a subject alternative name (RFC 5280 §4.2.1.6). */
export type AlternativeName =
  | { readonly type: 'uri'; readonly value: string }
  | { readonly type: 'dns'; readonly value: string }
  /** A user principal name of Windows, in an otherName. */
  | { readonly type: 'upn'; readonly value: string }

/** id-pkix-ocsp-nocheck; its value is NULL (RFC 6960 §4.2.2.2.1). */
const ocspNoCheckId = '1.3.6.1.5.5.7.48.1.5'
const asn1Null = Buffer.of(0x05, 0x00)

/**
 * What all certificates of one issuer, profile, kind of key and part of the revocation list have in
 * common; who issues many makes them once.
 */
export function sharedLeafExtensions(
  profile: LeafProfile,
  input: SharedExtensionInput & { readonly keyUsage: readonly KeyUsage[] },
): x509.Extension[] {
  const { usages, critical } = profile.extendedKeyUsage
  const oids = usages.map((name) => extendedKeyUsages[name])
  const policies = profile.policy === null ? [] : [`${input.policyArc}.${profile.policy}`]
  return [
    new x509.KeyUsagesExtension(flagsOf(input.keyUsage), true),
    ...(oids.length > 0 ? [new x509.ExtendedKeyUsageExtension(oids, critical)] : []),
    ...(policies.length > 0 ? [new x509.CertificatePolicyExtension(policies)] : []),
    authorityKeyIdentifier(input),
    ...pointerExtensions(input.pointers),
    ...(profile.ocspNoCheck ? [extension(ocspNoCheckId, asn1Null)] : []),
  ]
}

/** What is one certificate's own. */
export function ownLeafExtensions(
  publicKey: Buffer,
  names: readonly AlternativeName[],
): x509.Extension[] {
  return [subjectKeyIdentifier(publicKey), ...(names.length > 0 ? [subjectAltName(names)] : [])]
}

const subjectKeyIdentifierId = '2.5.29.14'
const subjectAltNameId = '2.5.29.17'
const authorityKeyIdentifierId = '2.5.29.35'

/** RFC 5280 §4.2.1.2, method (1): SHA-1 of the key's bits, to tell keys apart and nothing more. */
export function subjectKeyIdentifierOf(spki: Buffer): Buffer {
  const [, bits] = readValues(readOnly(spki, derTags.sequence))
  return createHash('sha1').update(contentOf(bits, derTags.bitString).subarray(1)).digest()
}

function subjectKeyIdentifier(publicKey: Buffer): x509.Extension {
  const identifier = writeValue(derTags.octetString, subjectKeyIdentifierOf(publicKey))
  return extension(subjectKeyIdentifierId, identifier)
}

/** RFC 5280 §4.2.1.1, by `keyIdentifier` [0]. */
function authorityKeyIdentifier({ issuerKeyIdentifier }: SharedExtensionInput): x509.Extension {
  const value = writeSequence(writeValue(0x80, issuerKeyIdentifier))
  return extension(authorityKeyIdentifierId, value)
}

/** None of those that we encode ourselves is critical. */
function extension(id: string, value: Buffer): x509.Extension {
  return new x509.Extension(id, false, new Uint8Array(value))
}

function flagsOf(keyUsage: readonly KeyUsage[]): x509.KeyUsageFlags {
  return keyUsage.map((name) => x509.KeyUsageFlags[name]).reduce((set, flag) => set | flag)
}

/** RFC 5280 §4.2.2.1 and §4.2.1.13. */
function pointerExtensions({ caIssuers, ocsp, crl }: Pointers): x509.Extension[] {
  const access = { ...(caIssuers !== null && { caIssuers }), ...(ocsp !== null && { ocsp }) }
  return [
    ...(Object.keys(access).length > 0 ? [new x509.AuthorityInfoAccessExtension(access)] : []),
    ...(crl === null ? [] : [new x509.CRLDistributionPointsExtension([crl])]),
  ]
}

/** GeneralName (RFC 5280 §4.2.1.6). */
const uriTag = 0x86
const dnsTag = 0x82
const otherNameTag = 0xa0
/** id-ms-san-upn, 1.3.6.1.4.1.311.20.2.3, as an OBJECT IDENTIFIER. */
const upnId = Buffer.from('060a2b060104018237140203', 'hex')
const utf8StringTag = 0x0c

function subjectAltName(names: readonly AlternativeName[]): x509.Extension {
  const encoded = names.map(({ type, value }) => {
    if (type === 'uri') return writeValue(uriTag, Buffer.from(value, 'latin1'))
    if (type === 'dns') return writeValue(dnsTag, Buffer.from(value, 'latin1'))
    const upn = writeValue(utf8StringTag, Buffer.from(value))
    return writeValue(otherNameTag, upnId, writeValue(0xa0, upn))
  })
  return extension(subjectAltNameId, writeSequence(...encoded))
}
