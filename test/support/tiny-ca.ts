import 'reflect-metadata'
import { createPublicKey, KeyObject, randomBytes, randomUUID, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { Clock } from '../../src/clock.ts'
import type { CardKind, KeySlot } from '../../src/holders/card-kind.ts'
import type { Authority, AuthorityKind } from '../../src/pki/authority.ts'

/**
 * A certification authority for tests: a root, an issuing authority for each card kind and one for
 * terminals. It shares no code with our own issuance, so that it can sign what ours never would,
 * and it makes everything at the given clock's instant: no test expires.
 */
export interface TinyCa {
  /** The instant at which the authorities were made; leaves are valid from a day before it. */
  readonly at: Date
  readonly root: TinyAuthority
  readonly issuing: Readonly<Record<IssuingKind, TinyAuthority>>
  /** The root and the issuing authorities, as rows of the registry. */
  readonly authorities: readonly Authority[]
  /** A good card certificate by default (civil servant, 9E, P-256); every part can be bent. */
  issue(options?: LeafOptions): Promise<TinyLeaf>
  /** The same for a key made elsewhere (SubjectPublicKeyInfo DER), on a virtual card for one. */
  certify(publicKey: Buffer, options?: LeafOptions): Promise<Buffer>
}

export type IssuingKind = Exclude<AuthorityKind, 'root'>
export type TinyKeyAlgorithm = 'P-256' | 'P-384' | 'RSA-2048' | 'RSA-3072'

export interface TinyAuthority extends Authority {
  readonly subject: x509.Name
  readonly keys: webcrypto.CryptoKeyPair
}

export interface TinyLeaf {
  readonly der: Buffer
  /** Signs as the card would. */
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** Lower-case hexadecimal without leading `00`. */
  readonly serialNumber: string
  readonly cardUuid: string
}

export interface LeafOptions {
  /** Names the issuing authority and the policy; default `civil-servant`. */
  readonly kind?: CardKind | 'terminal'
  readonly slot?: KeySlot
  readonly cardUuid?: string
  readonly commonName?: string
  readonly keyAlgorithm?: TinyKeyAlgorithm
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** Replaces the policy of kind and slot; an empty list leaves the extension out. */
  readonly policies?: readonly string[]
  readonly extendedKeyUsage?: readonly string[]
  readonly keyUsage?: x509.KeyUsageFlags
  /** Signs with this authority, whatever the kind says. */
  readonly issuer?: TinyAuthority
  readonly extraExtensions?: readonly x509.Extension[]
}

/** Certificates that must be refused, by what is wrong with them. */
export type Wrongness =
  | 'other-ca'
  | 'wrong-kinds-ca'
  | 'expired'
  | 'not-yet-valid'
  | 'without-policy'
  | 'without-extended-key-usage'
  | 'without-card-uuid'

export interface TinyCaOptions {
  readonly clock: Clock
  /** Of the issuing authorities; the root is P-384. */
  readonly keyAlgorithm?: TinyKeyAlgorithm
  readonly policyArc?: string
}

export const tinyPolicyArc = '1.3.6.1.4.1.99999.1'
const kindArcs = { 'civil-servant': 1, citizen: 2, enterprise: 3, terminal: 4 } as const
const slotArcs = { '9A': 1, '9C': 2, '9D': 3, '9E': 4 } as const
const clientAuth = '1.3.6.1.5.5.7.3.2'
const pivCardAuth = '2.16.840.1.101.3.6.8'
const issuingKinds = ['civil-servant', 'citizen', 'enterprise', 'terminal'] as const
const dayMs = 86_400_000

export async function createTinyCa(options: TinyCaOptions): Promise<TinyCa> {
  const at = options.clock.now()
  const root = await makeAuthority('root', { at, algorithm: 'P-384', issuer: null })
  const algorithm = options.keyAlgorithm ?? 'P-256'
  const [civilServant, citizen, enterprise, terminal] = await Promise.all(
    issuingKinds.map((kind) => makeAuthority(kind, { at, algorithm, issuer: root })),
  )
  if (!civilServant || !citizen || !enterprise || !terminal) throw new Error('no authorities')
  const issuing = { 'civil-servant': civilServant, citizen, enterprise, terminal }
  const arc = options.policyArc ?? tinyPolicyArc
  return {
    at,
    root,
    issuing,
    authorities: [root, ...Object.values(issuing)].map(toAuthorityRow),
    issue: (leaf = {}) => issueLeaf({ at, issuing, arc }, leaf),
    certify: async (publicKey, leaf = {}) => {
      const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' })
      return Buffer.from((await signLeaf({ at, issuing, arc }, key, leaf)).rawData)
    },
  }
}

/** A certificate with one fault, otherwise like `ca.issue(options)`. */
export async function issueWrong(
  ca: TinyCa,
  wrongness: Wrongness,
  options: LeafOptions = {},
): Promise<TinyLeaf> {
  const before = (days: number) => new Date(ca.at.getTime() - days * dayMs)
  switch (wrongness) {
    case 'other-ca': {
      const other = await createTinyCa({ clock: { now: () => ca.at } })
      return other.issue(options)
    }
    case 'wrong-kinds-ca':
      return ca.issue({ ...options, issuer: wrongIssuer(ca, options) })
    case 'expired':
      return ca.issue({ ...options, notBefore: before(400), notAfter: before(1) })
    case 'not-yet-valid':
      return ca.issue({ ...options, notBefore: before(-1), notAfter: before(-300) })
    case 'without-policy':
      return ca.issue({ ...options, policies: [] })
    case 'without-extended-key-usage':
      return ca.issue({ ...options, extendedKeyUsage: [] })
    case 'without-card-uuid':
      return ca.issue({ ...options, cardUuid: '' })
  }
}

function wrongIssuer(ca: TinyCa, options: LeafOptions): TinyAuthority {
  return options.kind === 'citizen' ? ca.issuing['civil-servant'] : ca.issuing.citizen
}

interface Issuing extends Pick<TinyCa, 'at' | 'issuing'> {
  readonly arc: string
}

async function issueLeaf(ca: Issuing, options: LeafOptions): Promise<TinyLeaf> {
  const cardUuid = options.cardUuid ?? randomUUID()
  const keys = await makeKeys(options.keyAlgorithm ?? 'P-256')
  const publicKey = KeyObject.from(keys.publicKey)
  const certificate = await signLeaf(ca, publicKey, { ...options, cardUuid })
  return {
    der: Buffer.from(certificate.rawData),
    privateKey: KeyObject.from(keys.privateKey),
    publicKey,
    serialNumber: certificate.serialNumber,
    cardUuid,
  }
}

async function signLeaf(
  { at, issuing, arc }: Issuing,
  publicKey: KeyObject,
  options: LeafOptions,
): Promise<x509.X509Certificate> {
  const { kind = 'civil-servant', slot = '9E', cardUuid = randomUUID() } = options
  const issuer = options.issuer ?? issuing[kind]
  return x509.X509CertificateGenerator.create({
    serialNumber: makeSerialNumber(),
    subject: nameOf(options.commonName ?? 'Nguyễn Văn Mẫu'),
    issuer: issuer.subject,
    notBefore: options.notBefore ?? new Date(at.getTime() - dayMs),
    notAfter: options.notAfter ?? new Date(at.getTime() + 365 * dayMs),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }),
    signingKey: issuer.keys.privateKey,
    extensions: await leafExtensions(publicKey, issuer, { ...options, kind, slot, cardUuid, arc }),
  })
}

type FilledLeafOptions = LeafOptions &
  Required<Pick<LeafOptions, 'kind' | 'slot' | 'cardUuid'>> & { readonly arc: string }

async function leafExtensions(
  publicKey: KeyObject,
  issuer: TinyAuthority,
  options: FilledLeafOptions,
): Promise<x509.Extension[]> {
  const policies = options.policies ?? [policyOf(options)]
  const extendedKeyUsage = options.extendedKeyUsage ?? [
    options.slot === '9E' && options.kind !== 'terminal' ? pivCardAuth : clientAuth,
  ]
  const keyUsage = options.keyUsage ?? x509.KeyUsageFlags.digitalSignature
  const urn = { type: 'url', value: `urn:uuid:${options.cardUuid}` } as const
  return [
    await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    await x509.SubjectKeyIdentifierExtension.create(
      publicKey.export({ format: 'der', type: 'spki' }),
    ),
    new x509.KeyUsagesExtension(keyUsage, true),
    ...(extendedKeyUsage.length > 0
      ? [new x509.ExtendedKeyUsageExtension([...extendedKeyUsage])]
      : []),
    ...(policies.length > 0 ? [new x509.CertificatePolicyExtension([...policies])] : []),
    ...(options.cardUuid === '' ? [] : [new x509.SubjectAlternativeNameExtension([urn])]),
    ...(options.extraExtensions ?? []),
  ]
}

function policyOf({ arc, kind, slot }: FilledLeafOptions): string {
  const base = `${arc}.${kindArcs[kind]}`
  return kind === 'terminal' ? base : `${base}.${slotArcs[slot]}`
}

interface AuthorityOptions {
  readonly at: Date
  readonly algorithm: TinyKeyAlgorithm
  readonly issuer: TinyAuthority | null
}

/** An authority of any kind; other tests may build a stranger's or a longer chain with it. */
export async function makeAuthority(
  kind: AuthorityKind,
  { at, algorithm, issuer }: AuthorityOptions,
): Promise<TinyAuthority> {
  const keys = await makeKeys(algorithm)
  const name = `Tiny ${kind} CA ${randomBytes(4).toString('hex')}`
  const subject = nameOf(name)
  const signer = issuer?.keys ?? keys
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: makeSerialNumber(),
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: new Date(at.getTime() - 1000 * dayMs),
    notAfter: new Date(at.getTime() + 3650 * dayMs),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, kind === 'root' ? 1 : 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
    ],
  })
  const certificateDer = Buffer.from(certificate.rawData)
  const issuerId = issuer?.id ?? null
  return {
    ...{ id: randomUUID(), slug: kind, name, kind, certificateDer, keyName: kind, issuerId },
    ...{ state: 'issuing', revokedAt: null, revocationReason: null, crlPartitions: 1 },
    ...{ subject, keys },
  }
}

function toAuthorityRow(authority: TinyAuthority): Authority {
  const { id, slug, name, kind, certificateDer, keyName, issuerId } = authority
  const { state, revokedAt, revocationReason, crlPartitions } = authority
  return {
    ...{ id, slug, name, kind, certificateDer, keyName, issuerId },
    ...{ state, revokedAt, revocationReason, crlPartitions },
  }
}

function nameOf(commonName: string): x509.Name {
  return new x509.Name([{ CN: [{ utf8String: commonName }] }])
}

/** Starts with 0x4…0x7, so that the number is positive and its text has no leading zeros. */
function makeSerialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f)
  return bytes.toString('hex')
}

async function makeKeys(algorithm: TinyKeyAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  const parameters = algorithm.startsWith('P-')
    ? { name: 'ECDSA', namedCurve: algorithm }
    : {
        name: 'RSASSA-PKCS1-v1_5',
        hash: 'SHA-256',
        modulusLength: Number(algorithm.slice(4)),
        publicExponent: new Uint8Array([1, 0, 1]),
      }
  return webcrypto.subtle.generateKey(parameters, true, ['sign', 'verify'])
}
