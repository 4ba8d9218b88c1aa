import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createAuditStore, type AuditStore } from '../../src/audit/audit-store.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import type { Holder } from '../../src/holders/holder.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { silentLog } from '../../src/log.ts'
import { createPkiAddresses } from '../../src/pki/addresses.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { readProfiles } from '../../src/pki/profiles.ts'
import { registryTransactions, type IssuanceDeps } from '../../src/pki/issuance.ts'
import { systemRandom } from '../../src/random.ts'
import { createTestDatabase } from './test-database.ts'
import { tinyPolicyArc } from './tiny-ca.ts'

/** Issuance on real parts: a database of its own, a keystore in a folder of its own. */
export interface PkiFixture {
  readonly deps: IssuanceDeps & { readonly audit: AuditStore }
  readonly db: Database
  readonly url: string
  readonly folder: string
  /** The clock's instant; tests may move it. */
  now: Date
  /** A registered card of that kind with its holder. */
  addCard(kind: CardKind, holder?: Partial<Holder>): Promise<{ cardUuid: string; holder: Holder }>
  readonly close: () => Promise<void>
}

export const fixtureInstant = new Date('2026-03-02T01:30:00Z')
export const fixturePassphrase = Buffer.from('only for tests')

export async function createPkiFixture(): Promise<PkiFixture> {
  const database = await createTestDatabase({ migrated: true })
  const fixture = await openPkiFixture(database.url)
  const closeFixture = fixture.close
  const close = async () => {
    await closeFixture()
    await database.drop()
  }
  return Object.assign(fixture, { close })
}

/** The same on a database that somebody else gives and takes away. */
export async function openPkiFixture(
  url: string,
  { maxConnections = 4 }: { readonly maxConnections?: number } = {},
): Promise<PkiFixture> {
  await migrate(url)
  const db = openDatabase({ url, log: silentLog, maxConnections })
  const folder = await mkdtemp(join(tmpdir(), 'ecard-pki-'))
  const directory = join(folder, 'keystore')
  const fixture = { now: fixtureInstant }
  const deps = {
    keystore: await openFileKeystore({
      directory,
      passphrase: fixturePassphrase,
      random: systemRandom,
    }),
    certificates: createCertificateStore(db),
    audit: createAuditStore(db),
    clock: { now: () => fixture.now },
    random: systemRandom,
    profiles: await readProfiles(),
    policyArc: tinyPolicyArc,
    addresses: createPkiAddresses('http://pki.example'),
    inTransaction: registryTransactions(db, createAuditStore),
  }
  const close = async () => {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  }
  return Object.assign(fixture, {
    deps,
    db,
    url,
    folder,
    close,
    addCard: (kind: CardKind, holder: Partial<Holder> = {}) => addCard(db, kind, holder),
  })
}

async function addCard(db: Database, kind: CardKind, given: Partial<Holder>) {
  const holder = { ...defaultHolder(kind), ...given } as Holder
  const holders = createHolderStore(db)
  if (holder.type === 'person') await holders.insertPerson(holder, fixtureInstant)
  else await holders.insertOrganisation(holder, fixtureInstant)
  const cardUuid = systemRandom.uuid()
  await createCardStore(db).insert({
    cardUuid,
    kind,
    holderId: holder.id,
    state: 'requested',
    stateSince: fixtureInstant,
    expiresAt: new Date('2030-12-31T16:59:59Z'),
  })
  return { cardUuid, holder }
}

function defaultHolder(kind: CardKind): Holder {
  const base = { id: systemRandom.uuid(), state: 'active', email: null } as const
  const number = `000${String(systemRandom.below(1e9)).padStart(9, '0')}`
  return kind === 'enterprise'
    ? { ...base, type: 'organisation', displayName: 'Công ty TNHH Ví Dụ', taxCode: number }
    : { ...base, type: 'person', displayName: 'Nguyễn Văn Mẫu', nationalNumber: number }
}

/** A public key as a card would make it: SubjectPublicKeyInfo, DER. */
export function makePublicKey(curve: 'P-256' | 'P-384' = 'P-256'): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  return publicKey.export({ format: 'der', type: 'spki' })
}

/** Runs the openssl command in `folder`; rejects with its exit code and output when it fails. */
export async function openssl(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', args, { cwd: folder })
  return stdout
}

/** Writes DER certificates as one PEM file, for openssl. */
export async function writePem(path: string, ...ders: readonly Buffer[]): Promise<void> {
  await writeFile(path, ders.map(toPem).join(''))
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
