import 'reflect-metadata'
import { createHash, createPublicKey } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { systemClock, type Clock } from '../../src/clock.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import type { Keystore, SigningKey } from '../../src/keystore/keystore.ts'
import { silentLog } from '../../src/log.ts'
import type { Authority } from '../../src/pki/authority.ts'
import {
  createCertificateStore,
  type CertificateStore,
  type SerialOf,
} from '../../src/pki/certificate-store.ts'
import type { OcspServiceDeps } from '../../src/pki/ocsp-service.ts'
import { systemRandom } from '../../src/random.ts'
import { migratedTestDatabase } from './migrated-database.ts'
import { insertCard } from './registry.ts'
import {
  createTinyCa,
  type IssuingKind,
  type LeafOptions,
  type TinyCa,
  type TinyKeyAlgorithm,
} from './tiny-ca.ts'

/** Everything that OCSP rests on, real but for the certificates, which the tiny CA makes. */
export interface OcspFixture {
  readonly ca: TinyCa
  readonly db: Database
  readonly url: string
  readonly keystore: Keystore
  readonly certificates: CertificateStore
  readonly deps: OcspServiceDeps
  /** The same on other connections, as another node has it. */
  anotherNode(): OcspServiceDeps
  readonly folder: string
  /** A certificate of a registered card, in the registry as active. */
  issue(options?: LeafOptions & { kind?: IssuingKind }): Promise<IssuedLeaf>
  /** A registered card without certificates. */
  addCard(): Promise<{ cardUuid: string }>
  close(): Promise<void>
}

export interface IssuedLeaf extends SerialOf {
  readonly der: Buffer
  readonly issuer: Authority
}

const signerDays = 30
const dayMs = 86_400_000

export async function createOcspFixture(
  options: { clock?: Clock; keyAlgorithm?: TinyKeyAlgorithm } = {},
): Promise<OcspFixture> {
  const clock = options.clock ?? systemClock
  const database = await migratedTestDatabase()
  const { db, url } = database
  const ca = await createTinyCa({ ...options, clock })
  const folder = await mkdtemp(join(tmpdir(), 'ecard-ocsp-'))
  const keystore = await openFileKeystore({
    directory: join(folder, 'keystore'),
    passphrase: Buffer.from('only for tests'),
    random: systemRandom,
  })
  const certificates = createCertificateStore(db)
  for (const authority of ca.authorities) await addAuthority({ certificates, keystore }, authority)
  const others: Database[] = []
  const depsOn = (own: Database): OcspServiceDeps => ({
    ...{ db: own, keystore, clock, log: silentLog, random: systemRandom },
    certifySigner: (authority, key) => certifySigner({ ca, db, clock }, authority, key),
  })
  return {
    ...{ ca, db, url, keystore, certificates, folder },
    deps: depsOn(db),
    anotherNode: () => {
      const own = openDatabase({ url, log: silentLog, maxConnections: 4 })
      others.push(own)
      return depsOn(own)
    },
    addCard: () => insertCard(db),
    issue: (leaf = {}) => issue({ ca, db, certificates, clock }, leaf),
    close: async () => {
      await Promise.all(others.map((own) => own.close()))
      await database.drop()
      await rm(folder, { recursive: true })
    },
  }
}

/** The root's key is kept elsewhere. */
async function addAuthority(
  { certificates, keystore }: Pick<OcspFixture, 'certificates' | 'keystore'>,
  authority: Authority,
): Promise<void> {
  const keyName = authority.kind === 'root' ? null : `ca-${authority.slug}`
  // Only its being there counts: the tiny CA signs with keys of its own.
  if (keyName !== null) await keystore.generate(keyName, 'P-256')
  await certificates.insertAuthority({ ...authority, keyName })
}

interface Registrar {
  readonly ca: TinyCa
  readonly db: Database
  readonly certificates: CertificateStore
  readonly clock: Clock
}

async function issue(
  { ca, db, certificates, clock }: Registrar,
  options: LeafOptions & { kind?: IssuingKind },
): Promise<IssuedLeaf> {
  const kind = options.kind ?? 'civil-servant'
  const issuer = ca.issuing[kind]
  const { cardUuid } = await insertCard(db, { kind: kind === 'terminal' ? 'civil-servant' : kind })
  const { der, serialNumber } = await ca.issue({ ...options, kind, cardUuid })
  const [notBefore, notAfter] = [
    new Date(ca.at.getTime() - dayMs),
    new Date(ca.at.getTime() + dayMs),
  ]
  const serial = { authorityId: issuer.id, serialNumber }
  await certificates.insertCertificate(
    { ...serial, for: { cardUuid, slot: '9E' }, subject: 'CN=Nguyễn Văn Mẫu', notBefore, notAfter },
    der,
    clock.now(),
  )
  return { ...serial, der, issuer }
}

/** RFC 6960 §4.2.2.2, as the authority itself would certify its responder. */
async function certifySigner(
  { ca, db, clock }: Pick<Registrar, 'ca' | 'db' | 'clock'>,
  authority: Authority,
  { publicKey }: SigningKey,
): Promise<void> {
  const issuer = Object.values(ca.issuing).find(({ id }) => id === authority.id)
  if (issuer === undefined) throw new Error('not an authority of the tiny CA')
  const now = clock.now()
  const [notBefore, notAfter] = [
    new Date(now.getTime() - 300_000),
    new Date(now.getTime() + signerDays * dayMs),
  ]
  const serialNumber = `4a${systemRandom.bytes(15).toString('hex')}`
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ serialNumber, notBefore, notAfter },
    subject: new x509.Name([{ CN: [{ utf8String: `OCSP ${authority.slug}` }] }]),
    issuer: issuer.subject,
    publicKey: createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).export({
      format: 'der',
      type: 'spki',
    }),
    signingKey: issuer.keys.privateKey,
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(new Uint8Array(publicKey)),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.9'], false),
      // id-pkix-ocsp-nocheck with its NULL.
      new x509.Extension('1.3.6.1.5.5.7.48.1.5', false, Uint8Array.of(0x05, 0x00)),
    ],
  })
  const prepared = {
    ...{ authorityId: authority.id, serialNumber, for: { service: 'ocsp' } },
    ...{ subject: certificate.subject, notBefore, notAfter },
    keyFingerprint: createHash('sha256').update(publicKey).digest(),
  }
  await db.inTransaction(async (tx) => {
    const certificates = createCertificateStore(tx)
    const before = await certificates.findByService(authority.id, 'ocsp')
    if (before !== null)
      await certificates.setStatus(before, { status: 'superseded', at: now, reason: null })
    await certificates.insertCertificate(prepared, Buffer.from(certificate.rawData), now)
  })
}
