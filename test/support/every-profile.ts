import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cardKinds, keySlots } from '../../src/holders/card-kind.ts'
import type { AuthorityKind } from '../../src/pki/authority.ts'
import { createDevelopmentPki } from '../../src/pki/development-pki.ts'
import { issueCardCertificate } from '../../src/pki/issue-card-certificate.ts'
import { issueOcspCertificate } from '../../src/pki/issue-ocsp-certificate.ts'
import { issueServerCertificate } from '../../src/pki/issue-server-certificate.ts'
import { issueTerminalCertificate } from '../../src/pki/issue-terminal-certificate.ts'
import { makeTestKey } from './card-key.ts'
import { cardRequest, type WantedCard } from './card-request.ts'
import { openssl, writePem, type PkiFixture } from './pki-fixture.ts'
import { insertTerminal } from './registry.ts'

/** A certificate that was issued: in the fixture's folder as `<name>.der` and `<name>.pem`. */
export interface Specimen {
  readonly name: string
  readonly issuer: AuthorityKind
  readonly der: Buffer
}

/**
 * One certificate of every profile, and of the variants that a profile has: an RSA key where its
 * usage differs, and logging on to Windows. The authorities are in the folder too, by their kind.
 */
export async function issueEveryProfile(fixture: PkiFixture): Promise<Specimen[]> {
  for (const { kind, certificateDer: der } of await createDevelopmentPki(fixture.deps)) {
    await write(fixture, { name: kind, der })
  }
  const specimens = [
    ...(await cardSpecimens(fixture)),
    await ofCard(fixture, 'citizen-9d-rsa', {
      ...{ kind: 'citizen', slot: '9D', key: makeTestKey('RSA-2048') },
    }),
    await ofCard(forWindows(fixture), 'windows-9a', { kind: 'civil-servant', slot: '9A' }),
    await ofTerminal(fixture),
    await ofOcspResponder(fixture),
    await ofServer(fixture),
  ]
  for (const specimen of specimens) await write(fixture, specimen)
  return specimens
}

async function write(
  { folder }: PkiFixture,
  { name, der }: Pick<Specimen, 'name' | 'der'>,
): Promise<void> {
  await writeFile(join(folder, `${name}.der`), der)
  await writePem(join(folder, `${name}.pem`), der)
}

async function cardSpecimens(fixture: PkiFixture): Promise<Specimen[]> {
  const wanted = cardKinds.flatMap((kind) => keySlots.map((slot) => ({ kind, slot })))
  const made: Specimen[] = []
  for (const { kind, slot } of wanted) {
    made.push(await ofCard(fixture, `${kind}-${slot.toLowerCase()}`, { kind, slot }))
  }
  return made
}

async function ofCard(fixture: PkiFixture, name: string, wanted: WantedCard): Promise<Specimen> {
  const request = await cardRequest(fixture, wanted)
  const { der } = await issueCardCertificate(fixture.deps, request)
  return { name, issuer: request.kind, der }
}

function forWindows(fixture: PkiFixture): PkiFixture {
  const { profiles } = fixture.deps
  const profile = profiles.card('civil-servant', '9A')
  if (profile === null) throw new Error('there is no profile for civil servants')
  const windows: typeof profile = {
    ...profile,
    extendedKeyUsage: { usages: ['clientAuth', 'smartCardLogon'], critical: false },
    upnDomain: 'province.example',
  }
  const deps = { ...fixture.deps, profiles: { ...profiles, card: () => windows } }
  return { ...fixture, deps }
}

async function ofTerminal({ deps, db }: PkiFixture): Promise<Specimen> {
  const terminal = await insertTerminal(db, { name: 'Quầy số 1' })
  const { publicKey } = makeTestKey()
  const { der } = await issueTerminalCertificate(deps, { terminal, publicKey, actor: null })
  return { name: 'terminal-1', issuer: 'terminal', der }
}

async function ofOcspResponder({ deps }: PkiFixture): Promise<Specimen> {
  const authority = await deps.certificates.findIssuingAuthority('citizen')
  if (authority === null) throw new Error('there is no authority for citizens')
  const key = await deps.keystore.generate('ocsp-citizen', 'P-256')
  const { der } = await issueOcspCertificate(deps, { authority, key, actor: 'test' })
  return { name: 'ocsp-signer', issuer: 'citizen', der }
}

async function ofServer({ deps, folder }: PkiFixture): Promise<Specimen> {
  await openssl(
    ...[folder, 'req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'server.key'],
    ...['-subj', '/O=Somebody else/CN=*', '-addext', 'subjectAltName=DNS:db.internal'],
    ...['-out', 'server.csr'],
  )
  const { der } = await issueServerCertificate(deps, {
    signingRequest: await readFile(join(folder, 'server.csr')),
    dnsNames: ['db.internal', 'db-1.db.internal'],
    actor: 'test',
  })
  return { name: 'tls-server', issuer: 'terminal', der }
}
