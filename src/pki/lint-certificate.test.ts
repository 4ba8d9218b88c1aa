import 'reflect-metadata'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as x509 from '@peculiar/x509'
import { makeTestKey } from '../../test/support/card-key.ts'
import { createPkiFixture, type PkiFixture } from '../../test/support/pki-fixture.ts'
import { tinyPolicyArc } from '../../test/support/tiny-ca.ts'
import { certificateLints, type LintContext } from './certificate-lints.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { ownLeafExtensions, sharedLeafExtensions } from './extensions.ts'
import { findIssuer, type Issuer } from './issuer.ts'
import type { LeafProfile } from './leaf-profile.ts'
import { lintToBeSigned } from './lint-certificate.ts'
import { encodeToBeSigned, type ToBeSigned } from './to-be-signed.ts'

const uri = 'urn:uuid:6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071'
const pointers = {
  caIssuers: 'http://pki.example/pki/ca/citizen.cer',
  ocsp: 'http://pki.example/pki/ocsp',
  crl: 'http://pki.example/pki/crl/citizen/0.crl',
}
const { publicKey } = makeTestKey()
const dayMs = 86_400_000

let fixture: PkiFixture
let issuer: Issuer
let profile: LeafProfile
let good: ToBeSigned
let context: LintContext

beforeAll(async () => {
  fixture = await createPkiFixture()
  await createDevelopmentPki(fixture.deps)
  const found = fixture.deps.profiles.card('citizen', '9E')
  if (found === null) throw new Error('no profile')
  profile = found
  issuer = await findIssuer(fixture.deps, profile, null)
  good = {
    serialNumber: `4a${'b7'.repeat(15)}`,
    subject: nameOf([country, { '2.5.4.3': [{ utf8String: 'Nguyễn Văn Mẫu' }] }]),
    issuer: issuer.name,
    notBefore: fixture.now,
    notAfter: new Date(fixture.now.getTime() + 100 * dayMs),
    publicKey,
    extensions: extensionsFor({}),
  }
  context = {
    ...{ profile, policyArc: tinyPolicyArc, issuer: issuer.certificate, publicKey, pointers },
    issuerName: issuer.nameDer,
    issuerAlgorithm: issuer.key.algorithm,
    keyAlgorithm: 'P-256',
    alternativeNames: [`uri ${uri}`],
    notAfter: new Date(fixture.now.getTime() + 200 * dayMs),
  }
})
afterAll(() => fixture.close())

type Attribute = Record<string, [{ utf8String: string } | { printableString: string }]>
const country: Attribute = { '2.5.4.6': [{ printableString: 'VN' }] }
const nameOf = (attributes: readonly Attribute[]) => new x509.Name([...attributes])

interface Odd {
  readonly profile?: Partial<LeafProfile>
  readonly keyIdentifier?: Buffer
  readonly arc?: string
  readonly pointers?: Partial<typeof pointers>
  readonly key?: Buffer
  readonly names?: readonly string[]
  readonly more?: readonly x509.Extension[]
}

function extensionsFor(odd: Odd): x509.Extension[] {
  const shared = sharedLeafExtensions(
    { ...profile, ...odd.profile },
    {
      issuerKeyIdentifier: odd.keyIdentifier ?? issuer.keyIdentifier,
      policyArc: odd.arc ?? tinyPolicyArc,
      pointers: { ...pointers, ...odd.pointers },
      keyUsage: odd.profile?.keyUsage?.ec ?? profile.keyUsage.ec,
    },
  )
  const names = (odd.names ?? [uri]).map((value) => ({ type: 'uri', value }) as const)
  return [...shared, ...ownLeafExtensions(odd.key ?? publicKey, names), ...(odd.more ?? [])]
}

const withExtensions = (odd: Odd) => () => ({ extensions: extensionsFor(odd) })

/** One way at least to break each rule, and the field that the refusal names. */
const broken: readonly [field: string, what: string, change: () => Partial<ToBeSigned>][] = [
  ['serialNumber', 'is short', () => ({ serialNumber: '4a' })],
  ['serialNumber', 'is longer than 20 octets', () => ({ serialNumber: '4a'.repeat(21) })],
  [
    'issuer',
    'is somebody else',
    () => ({ issuer: nameOf([country, { '2.5.4.3': [{ utf8String: 'X' }] }]) }),
  ],
  [
    'validity',
    'begins before the issuer',
    () => ({ notBefore: new Date(issuer.certificate.notBefore.getTime() - 1000) }),
  ],
  [
    'validity',
    'outlives the card',
    () => ({ notAfter: new Date(fixture.now.getTime() + 201 * dayMs) }),
  ],
  [
    'validity',
    'ends before it begins',
    () => ({ notAfter: new Date(fixture.now.getTime() - 1000) }),
  ],
  ['subject', 'is a country and no more', () => ({ subject: nameOf([country]) })],
  [
    'subject',
    'has two common names',
    () => ({
      subject: nameOf([
        country,
        { '2.5.4.3': [{ utf8String: 'A' }] },
        { '2.5.4.3': [{ utf8String: 'B' }] },
      ]),
    }),
  ],
  [
    'subject',
    'is not in NFC',
    () => ({
      subject: nameOf([country, { '2.5.4.3': [{ utf8String: 'Mẫu'.normalize('NFD') }] }]),
    }),
  ],
  [
    'subject',
    'is longer than a name may be',
    () => ({ subject: nameOf([country, { '2.5.4.3': [{ utf8String: 'x'.repeat(65) }] }]) }),
  ],
  ['publicKey', 'is another key', () => ({ publicKey: makeTestKey().publicKey })],
  [
    'publicKey',
    'has the identifier of another key',
    withExtensions({ key: makeTestKey().publicKey }),
  ],
  [
    'authorityKeyIdentifier',
    'is of another key',
    withExtensions({ keyIdentifier: Buffer.alloc(20, 1) }),
  ],
  [
    'extensions',
    'has one more',
    withExtensions({ more: [new x509.Extension('1.2.3', false, new Uint8Array([5, 0]))] }),
  ],
  [
    'extensions',
    'has a critical flag where none should be',
    withExtensions({ profile: { extendedKeyUsage: { usages: ['pivCardAuth'], critical: false } } }),
  ],
  [
    'keyUsage',
    'is that of another slot',
    withExtensions({ profile: { keyUsage: { ec: ['nonRepudiation'], rsa: ['nonRepudiation'] } } }),
  ],
  [
    'extendedKeyUsage',
    'is that of another slot',
    withExtensions({ profile: { extendedKeyUsage: { usages: ['clientAuth'], critical: true } } }),
  ],
  ['certificatePolicies', 'is under another arc', withExtensions({ arc: '1.3.6.1.4.1.11111' })],
  ['subjectAltName', 'names another card', withExtensions({ names: [uri.replace('6f', '70')] })],
  ['subjectAltName', 'names two cards', withExtensions({ names: [uri, uri.replace('6f', '70')] })],
  [
    'pointers',
    'lead elsewhere',
    withExtensions({ pointers: { crl: 'http://evil.example/0.crl' } }),
  ],
]

/** Rules that `encodeToBeSigned` cannot be brought to break from here. */
const heldByTheEncoder = ['version', 'signature', 'basicConstraints']

function refusalOf(change: Partial<ToBeSigned>, odd: Partial<LintContext> = {}): unknown {
  const tbs = encodeToBeSigned({ ...good, ...change }, issuer.key.algorithm)
  try {
    lintToBeSigned(tbs, { ...context, ...odd })
    return null
  } catch (error) {
    return error
  }
}

describe('the rules about what is signed', () => {
  it('let a good certificate pass', () => {
    expect(refusalOf({})).toBeNull()
  })

  it.each(broken)('name %s when it %s', (field, _, change) => {
    expect(refusalOf(change())).toMatchObject({
      code: 'CERTIFICATE_REQUEST_REFUSED',
      facts: { field },
    })
  })

  it('name the signature when it is not by the algorithm of the issuer', () => {
    const error = refusalOf({}, { issuerAlgorithm: 'P-384' })
    expect(error).toMatchObject({ facts: { field: 'signature' } })
  })

  it('name the validity when it is longer than the profile allows', () => {
    const error = refusalOf({}, { profile: { ...profile, validityDays: 99 } })
    expect(error).toMatchObject({ facts: { field: 'validity' } })
  })

  it('refuse bytes that cannot be read back', () => {
    const tbs = encodeToBeSigned(good, 'P-256').subarray(0, -1)
    expect(() => {
      lintToBeSigned(tbs, context)
    }).toThrow(/toBeSigned cannot be read back/)
  })

  it('are each broken by some case here', () => {
    const covered = new Set([...broken.map(([field]) => field), ...heldByTheEncoder])
    expect([...new Set(certificateLints.map(({ field }) => field))].sort()).toEqual(
      [...covered].sort(),
    )
  })
})
