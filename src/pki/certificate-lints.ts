import type { KeyAlgorithm } from '../keystore/keystore.ts'
import { pointerNames, type Pointers } from './addresses.ts'
import { extendedKeyUsages } from './card-profile.ts'
import type { Certificate } from './certificate.ts'
import { derTags, readObjectIdentifier, readOnly, readValues, type DerValue } from './der.ts'
import { subjectKeyIdentifierOf } from './extensions.ts'
import { keyUsageFor, type LeafProfile } from './leaf-profile.ts'
import type { NameAttributeView, ToBeSignedView } from './read-to-be-signed.ts'
import { encodeSignatureAlgorithm } from './to-be-signed.ts'

/** What the bytes are compared with: the profile, the issuer's certificate and the request. */
export interface LintContext {
  readonly profile: LeafProfile
  readonly policyArc: string
  readonly issuer: Pick<Certificate, 'notBefore' | 'notAfter' | 'subjectKeyIdentifier'>
  /** Name in the issuer's certificate, DER. */
  readonly issuerName: Buffer
  readonly issuerAlgorithm: KeyAlgorithm
  readonly publicKey: Buffer
  readonly keyAlgorithm: KeyAlgorithm
  readonly pointers: Pointers
  /** What the subject alternative name must hold, each as `tag value`: see `nameText`. */
  readonly alternativeNames: readonly string[]
  /** An end that it must not outlive, a card's for example; null for none. */
  readonly notAfter: Date | null
}

/** One rule about what is signed. */
export interface Lint {
  /** The part of the certificate that it is about, as a refusal names it. */
  readonly field: string
  readonly rule: string
  readonly holds: (tbs: ToBeSignedView, context: LintContext) => boolean
}

const dayMs = 86_400_000
const utf8StringTag = 0x0c
const printableStringTag = 0x13
const yearOfGeneralizedTime = 2050

const ids = {
  country: '2.5.4.6',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
} as const

/** Every certificate that we sign for an end entity passes all of these, or is not signed. */
export const certificateLints: readonly Lint[] = [
  {
    field: 'version',
    rule: 'is version 3 (RFC 5280 §4.1.2.1)',
    holds: ({ version }) => version === 2,
  },
  {
    field: 'serialNumber',
    rule: 'is positive, at most 20 octets, and as long as our random numbers (§4.1.2.2)',
    holds: ({ serialOctets }) =>
      (serialOctets[0] ?? 0x80) < 0x80 && [16, 17].includes(serialOctets.length),
  },
  {
    field: 'signature',
    rule: "names the algorithm of the issuer's key (§4.1.1.2)",
    holds: ({ signature }, { issuerAlgorithm }) =>
      signature.equals(encodeSignatureAlgorithm(issuerAlgorithm)),
  },
  {
    field: 'issuer',
    rule: "is the subject of the issuer's certificate, byte for byte (§4.1.2.4)",
    holds: ({ issuer }, { issuerName }) => issuer.equals(issuerName),
  },
  {
    field: 'validity',
    rule: 'is written as UTCTime to 2049 and GeneralizedTime from 2050 (§4.1.2.5)',
    holds: ({ validity }) =>
      validity.every(
        ({ tag, at }) =>
          (tag === derTags.generalizedTime) === at.getUTCFullYear() >= yearOfGeneralizedTime,
      ),
  },
  {
    field: 'validity',
    rule: "lies within the issuer's, the card's and the profile's days",
    holds: ({ validity: [notBefore, notAfter] }, { issuer, profile, notAfter: end }) =>
      notBefore.at < notAfter.at &&
      notBefore.at >= issuer.notBefore &&
      notAfter.at <= (end ?? notAfter.at) &&
      notAfter.at <= issuer.notAfter &&
      notAfter.at.getTime() - notBefore.at.getTime() < profile.validityDays * dayMs,
  },
  {
    field: 'subject',
    rule: 'is there, begins with the country, and has each attribute once (§4.1.2.6)',
    holds: ({ subject }) =>
      subject.length > 1 &&
      subject[0]?.type === ids.country &&
      new Set(subject.map(({ type }) => type)).size === subject.length,
  },
  {
    field: 'subject',
    rule: 'has text in UTF-8 and NFC, 1 to 64 characters, and codes in PrintableString (§4.1.2.4)',
    holds: ({ subject }) => subject.every(isWellWritten),
  },
  {
    field: 'publicKey',
    rule: 'is the key that was asked for, named by its own identifier (§4.1.2.7, §4.2.1.2)',
    holds: ({ publicKey, subjectKeyIdentifier }, context) =>
      publicKey.equals(context.publicKey) &&
      subjectKeyIdentifier === subjectKeyIdentifierOf(publicKey).toString('hex'),
  },
  {
    field: 'authorityKeyIdentifier',
    rule: "is the issuer's subject key identifier (§4.2.1.1)",
    holds: ({ authorityKeyIdentifier }, { issuer }) =>
      authorityKeyIdentifier !== null && authorityKeyIdentifier === issuer.subjectKeyIdentifier,
  },
  {
    field: 'extensions',
    rule: 'are those of the profile and no others, each as critical as it should be (§4.2)',
    holds: ({ extensions }, context) => {
      const expected = expectedExtensions(context)
      return (
        extensions.size === expected.size &&
        [...extensions].every(([id, { critical }]) => expected.get(id) === critical)
      )
    },
  },
  {
    field: 'basicConstraints',
    rule: 'do not make an authority of it (§4.2.1.9)',
    holds: ({ isCa, keyUsage }) =>
      !isCa && !keyUsage.has('keyCertSign') && !keyUsage.has('cRLSign'),
  },
  {
    field: 'keyUsage',
    rule: 'is what the profile gives to a key of this algorithm (§4.2.1.3)',
    holds: ({ keyUsage }, { profile, keyAlgorithm }) =>
      isSame([...keyUsage], keyUsageFor(profile, keyAlgorithm)),
  },
  {
    field: 'extendedKeyUsage',
    rule: "is the profile's (§4.2.1.12)",
    holds: ({ extendedKeyUsage }, { profile }) =>
      isSame(
        [...extendedKeyUsage],
        profile.extendedKeyUsage.usages.map((name) => extendedKeyUsages[name]),
      ),
  },
  {
    field: 'certificatePolicies',
    rule: "are the profile's, under our arc (§4.2.1.4)",
    holds: ({ policies }, { profile, policyArc }) =>
      isSame(policies, profile.policy === null ? [] : [`${policyArc}.${profile.policy}`]),
  },
  {
    field: 'subjectAltName',
    rule: 'holds the names that belong to the bearer and no others (§4.2.1.6)',
    holds: (tbs, { alternativeNames }) =>
      isSame(tbs.alternativeNames.map(nameText), alternativeNames),
  },
  {
    field: 'pointers',
    rule: 'are addresses of HTTP in ASCII, those that the profile wants (§4.2.1.13, §4.2.2.1)',
    holds: ({ extensions }, { pointers }) => {
      const values = [ids.authorityInfoAccess, ids.crlDistributionPoints].flatMap((id) =>
        addressesIn(extensions.get(id)?.value ?? Buffer.of()),
      )
      const wanted = pointerNames.map((name) => pointers[name]).filter((url) => url !== null)
      return isSame(values, wanted) && values.every((url) => /^https?:\/\/[\x21-\x7e]+$/.test(url))
    },
  },
]

/** Identifier → whether critical. */
function expectedExtensions({ profile, pointers, alternativeNames }: LintContext) {
  const { usages, critical } = profile.extendedKeyUsage
  const { caIssuers, ocsp, crl } = pointers
  const all: [id: string, critical: boolean, isThere: boolean][] = [
    [ids.keyUsage, true, true],
    [ids.extendedKeyUsage, critical, usages.length > 0],
    [ids.certificatePolicies, false, profile.policy !== null],
    [ids.authorityKeyIdentifier, false, true],
    [ids.authorityInfoAccess, false, caIssuers !== null || ocsp !== null],
    [ids.crlDistributionPoints, false, crl !== null],
    [ids.ocspNoCheck, false, profile.ocspNoCheck],
    [ids.subjectKeyIdentifier, false, true],
    [ids.subjectAltName, false, alternativeNames.length > 0],
  ]
  return new Map(all.filter(([, , isThere]) => isThere).map(([id, flag]) => [id, flag]))
}

function isWellWritten({ type, tag, content }: NameAttributeView): boolean {
  if (tag === printableStringTag) {
    const text = content.toString('latin1')
    return type === ids.country ? text === 'VN' : /^[A-Za-z0-9 '()+,\-./:=?]{1,64}$/.test(text)
  }
  const text = content.toString('utf8')
  const { length } = Array.from(text)
  return tag === utf8StringTag && text === text.normalize('NFC') && length >= 1 && length <= 64
}

const uriTag = 0x86
const dnsTag = 0x82
const otherNameTag = 0xa0
const upnId = '1.3.6.1.4.1.311.20.2.3'

/** A GeneralName as a lint compares it. */
export function nameText({ tag, content }: DerValue): string {
  if (tag === uriTag) return `uri ${content.toString('latin1')}`
  if (tag === dnsTag) return `dns ${content.toString('latin1')}`
  if (tag !== otherNameTag) return `unexpected ${tag}`
  const [id, value] = readValues(content)
  if (!id || !value || readObjectIdentifier(id.content) !== upnId) return 'unexpected otherName'
  return `upn ${readOnly(value.content, utf8StringTag).toString('utf8')}`
}

/** Every uniformResourceIdentifier [6] in a structure, in order. */
function addressesIn(der: Buffer): string[] {
  return readValues(der).flatMap(({ tag, content }) => {
    if (tag === uriTag) return [content.toString('latin1')]
    const isConstructed = (tag & 0x20) !== 0
    return isConstructed ? addressesIn(content) : []
  })
}

function isSame(found: readonly string[], expected: readonly string[]): boolean {
  return (
    found.length === expected.length &&
    [...found].sort().join('\n') === [...expected].sort().join('\n')
  )
}
