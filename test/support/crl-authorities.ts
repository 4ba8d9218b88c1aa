import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import type { Clock } from '../../src/clock.ts'
import type { Database } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import type { KeyAlgorithm, Keystore, SigningKey } from '../../src/keystore/keystore.ts'
import { importParameters } from '../../src/keystore/signing-key.ts'
import { createPkiAddresses, type PkiAddresses } from '../../src/pki/addresses.ts'
import { createAuthorityStore } from '../../src/pki/authority-store.ts'
import type { Authority } from '../../src/pki/authority.ts'
import type { SerialOf } from '../../src/pki/certificate-store.ts'
import { defaultCrlPolicy } from '../../src/pki/crl-policy.ts'
import type { PublishCrlDeps } from '../../src/pki/crl-publish.ts'
import { systemRandom } from '../../src/random.ts'

/**
 * A root and an issuing authority with keys in a file keystore and rows in a database, and
 * certificates of theirs; made with the library alone, so that our lists meet strangers' certificates.
 */
export interface CrlAuthorities {
  readonly root: Authority
  readonly issuing: Authority
  readonly deps: CrlDeps
  /** Of the issuing authority, with the address of its part, active. */
  addCertificate(given?: AddedCertificate): Promise<AddedLeaf>
}

export type CrlDeps = PublishCrlDeps & { keystore: Keystore; addresses: PkiAddresses }

export interface CrlAuthoritiesOptions {
  readonly db: Database
  readonly clock: Clock
  /** Of the keystore. */
  readonly directory: string
  readonly partitions?: number
  readonly algorithm?: KeyAlgorithm
}

export interface AddedCertificate {
  readonly serialNumber?: string
  readonly partition?: number
  readonly notAfter?: Date
  /** Without it the certificate is one of a service. */
  readonly cardUuid?: string
  readonly slot?: '9A' | '9E'
}

export interface AddedLeaf extends SerialOf {
  readonly der: Buffer
}

const names = { root: 'CN=Ví Dụ Root CA', issuing: 'CN=Ví Dụ Civil Servant CA' } as const
const tenYearsMs = 10 * 365 * 86_400_000

/** Of processes that share a keystore in `directory`. */
export async function openCrlDeps({
  db,
  clock,
  directory,
}: Pick<CrlAuthoritiesOptions, 'db' | 'clock' | 'directory'>): Promise<CrlDeps> {
  const passphrase = Buffer.from('only for tests')
  const keystore = await openFileKeystore({ directory, passphrase, random: systemRandom })
  const addresses = createPkiAddresses('http://pki.example')
  const auditOn = createAuditStore
  return { db, clock, keystore, addresses, auditOn, policy: defaultCrlPolicy }
}

export async function makeCrlAuthorities(options: CrlAuthoritiesOptions): Promise<CrlAuthorities> {
  const { db, partitions = 1, algorithm = 'P-256' } = options
  const deps = await openCrlDeps(options)
  const { keystore, addresses } = deps
  const begin = new Date(options.clock.now().getTime() - 3_600_000)
  const end = new Date(begin.getTime() + tenYearsMs)
  const rootKey = await keystore.generate('ca-root', 'P-384')
  const key = await keystore.generate('ca-civil-servant', algorithm)
  const dates = { notBefore: begin, notAfter: end }
  const root: Authority = {
    ...authorityRow('root', { issuerId: null, crlPartitions: 1 }),
    certificateDer: await certify({
      ...{ ...dates, subject: names.root, issuer: names.root, serialNumber: '7a01', isCa: true },
      ...{ publicKey: rootKey.publicKey, signer: rootKey, crl: null },
    }),
  }
  const issuing: Authority = {
    ...authorityRow('civil-servant', { issuerId: root.id, crlPartitions: partitions }),
    certificateDer: await certify({
      ...{ ...dates, subject: names.issuing, issuer: names.root, serialNumber: '7a02', isCa: true },
      ...{ publicKey: key.publicKey, signer: rootKey, crl: addresses.crl('root', 0) },
    }),
  }
  for (const authority of [root, issuing]) await createAuthorityStore(db).insertAuthority(authority)

  async function addCertificate(given: AddedCertificate = {}): Promise<AddedLeaf> {
    const { partition = 0, notAfter = end } = given
    const serialNumber =
      given.serialNumber ?? systemRandom.bytes(16).toString('hex').replace(/^../, '4a')
    const subject = `CN=Leaf ${serialNumber}`
    const der = await certify({
      ...{ notBefore: begin, notAfter, subject, issuer: names.issuing, serialNumber, isCa: false },
      ...{ publicKey: makeLeafKey(), signer: key, crl: addresses.crl(issuing.slug, partition) },
    })
    const row = { authorityId: issuing.id, serialNumber, der }
    await insertRow(db, { ...row, subject, notBefore: begin, notAfter, partition, ...given })
    return row
  }

  return { root, issuing, deps, addCertificate }
}

function authorityRow(
  slug: 'root' | 'civil-servant',
  { issuerId, crlPartitions }: { issuerId: string | null; crlPartitions: number },
): Omit<Authority, 'certificateDer'> {
  const id = systemRandom.uuid()
  return {
    ...{ id, slug, name: slug, kind: slug, keyName: `ca-${slug}`, issuerId, crlPartitions },
    ...{ state: 'issuing', revokedAt: null, revocationReason: null },
  }
}

async function insertRow(
  db: Database,
  row: AddedLeaf & AddedCertificate & { subject: string; notBefore: Date; notAfter: Date },
): Promise<void> {
  const { cardUuid = null, slot = '9E' } = row
  await db.query(
    `insert into certificates (authority_id, serial_number, card_uuid, slot, service, subject,
       not_before, not_after, status, status_since, der, crl_partition)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $7, $9, $10)`,
    [
      ...[row.authorityId, row.serialNumber, cardUuid, cardUuid === null ? null : slot],
      ...[cardUuid === null ? `${row.serialNumber}.example` : null, row.subject],
      ...[row.notBefore, row.notAfter, row.der, row.partition],
    ],
  )
}

const signatures = {
  'P-256': { name: 'ECDSA', hash: 'SHA-256' },
  'P-384': { name: 'ECDSA', hash: 'SHA-384' },
  'RSA-2048': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  'RSA-3072': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const satisfies Record<KeyAlgorithm, object>

interface ToCertify {
  readonly subject: string
  readonly issuer: string
  readonly isCa: boolean
  readonly publicKey: Buffer
  readonly signer: SigningKey
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly crl: string | null
}

async function certify(wanted: ToCertify): Promise<Buffer> {
  const { serialNumber, subject, issuer, notBefore, notAfter, signer, isCa, crl } = wanted
  const { signingKey, crypto } = forLibrary(signer)
  const publicKey = new Uint8Array(wanted.publicKey)
  const signerKey = new Uint8Array(signer.publicKey)
  const { keyCertSign, cRLSign, digitalSignature } = x509.KeyUsageFlags
  const usages = isCa ? [keyCertSign, cRLSign] : [digitalSignature]
  const identifiers = [
    await x509.SubjectKeyIdentifierExtension.create(publicKey, false, webcrypto as Crypto),
    await x509.AuthorityKeyIdentifierExtension.create(signerKey, false, webcrypto as Crypto),
  ]
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...{ serialNumber, subject, issuer, notBefore, notAfter, publicKey, signingKey },
      signingAlgorithm: signatures[signer.algorithm],
      extensions: [
        new x509.BasicConstraintsExtension(isCa, undefined, true),
        new x509.KeyUsagesExtension(
          usages.reduce((set, usage) => set | usage),
          true,
        ),
        ...identifiers,
        ...(crl === null ? [] : [new x509.CRLDistributionPointsExtension([crl])]),
      ],
    },
    crypto,
  )
  return Buffer.from(certificate.rawData)
}

function makeLeafKey(): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return publicKey.export({ format: 'der', type: 'spki' })
}

/**
 * The X.509 library asks WebCrypto to sign with a key of WebCrypto's. Ours may live elsewhere, so it
 * gets a stand-in for the key, and a WebCrypto of which it can ask nothing but that.
 */
function forLibrary(key: SigningKey): { signingKey: CryptoKey; crypto: Crypto } {
  const algorithm = importParameters[key.algorithm]
  const signingKey = { type: 'private', extractable: false, algorithm, usages: ['sign'] }
  const subtle = {
    sign: (_algorithm: unknown, _key: unknown, data: ArrayBuffer) => key.sign(new Uint8Array(data)),
  }
  return { signingKey: signingKey as CryptoKey, crypto: { subtle } as unknown as Crypto }
}
