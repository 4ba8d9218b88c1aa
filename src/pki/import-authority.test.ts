import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cardRequest } from '../../test/support/card-request.ts'
import {
  createPkiFixture,
  openssl,
  writePem,
  type PkiFixture,
} from '../../test/support/pki-fixture.ts'
import { openFileKeystore } from '../keystore/file-keystore.ts'
import type { PortableKeystore } from '../keystore/keystore.ts'
import { systemClock } from '../clock.ts'
import { systemRandom } from '../random.ts'
import type { AuthorityKind } from './authority.ts'
import { backUpAuthority } from './backup-authority.ts'
import { parseCertificate } from './certificate.ts'
import { checkChain, loadTrustAnchors } from './chain.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { importAuthority, judgeImport, type AuthorityImport } from './import-authority.ts'
import { issueCardCertificate } from './issue-card-certificate.ts'

const password = Buffer.from('mật khẩu của tệp')
let fixture: PkiFixture
let keystore: PortableKeystore
beforeEach(async () => {
  fixture = await createPkiFixture()
  // What OpenSSL makes begins at this machine's own time.
  fixture.now = new Date(systemClock.now().getTime() + 3_600_000)
  const directory = join(fixture.folder, 'agency-keystore')
  const passphrase = Buffer.from('only for tests')
  keystore = await openFileKeystore({ directory, passphrase, random: systemRandom })
  await writeFile(join(fixture.folder, 'password'), password)
})
afterEach(() => fixture.close())

const deps = () => ({ ...fixture.deps, keystore })

interface AgencyCa {
  readonly key?: 'ec' | 'rsa'
  readonly extensions?: string
  /** Leaves the root out of the file. */
  readonly alone?: boolean
  readonly legacy?: boolean
}

const issuingExtensions = [
  'basicConstraints=critical,CA:TRUE,pathlen:0',
  'keyUsage=critical,keyCertSign,cRLSign',
].join('\n')

/** An agency's root and the CA below it, made and exported by OpenSSL. */
async function agencyCa({ key = 'ec', extensions, alone, legacy }: AgencyCa = {}): Promise<Buffer> {
  const { folder } = fixture
  const newKey =
    key === 'ec'
      ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
      : ['-newkey', 'rsa:3072']
  const config = extensions ?? issuingExtensions
  await writeFile(join(folder, 'issuing.ext'), `${config}\nsubjectKeyIdentifier=hash\n`)
  const root = ['-subj', '/C=VN/O=So Vi Du/CN=Agency Root', '-days', '3650']
  const rootUsage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  await openssl(
    folder,
    ...['req', '-x509', ...newKey, '-nodes', '-keyout', 'root.key', '-out', 'root.pem'],
    ...[...root, ...rootUsage],
  )
  const subject = ['-subj', '/C=VN/O=So Vi Du/CN=Agency Issuing CA']
  await openssl(
    folder,
    ...['req', ...newKey, '-nodes', '-keyout', 'ca.key', '-out', 'ca.csr', ...subject],
  )
  const signer = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial']
  const signed = ['-in', 'ca.csr', '-out', 'ca.pem', '-days', '1825', '-extfile', 'issuing.ext']
  await openssl(folder, 'x509', '-req', ...signer, ...signed)
  const chain = alone === true ? [] : ['-certfile', 'root.pem']
  const cipher = legacy === true ? ['-legacy'] : []
  const pair = ['-inkey', 'ca.key', '-in', 'ca.pem', ...chain]
  const exported = ['-export', ...cipher, ...pair, '-out', 'ca.p12', '-passout', 'file:password']
  await openssl(folder, 'pkcs12', ...exported)
  return readFile(join(folder, 'ca.p12'))
}

function importOf(pkcs12: Buffer, given: Partial<AuthorityImport> = {}): AuthorityImport {
  return { pkcs12, password, allowLegacy: false, kind: 'citizen', succeeds: false, ...given }
}

async function runImport(request: AuthorityImport) {
  const judged = await judgeImport(deps(), request)
  return importAuthority(deps(), { request, judged }, { actor: 'Nguyễn Văn Mẫu' })
}

const rows = async () =>
  (await fixture.deps.certificates.listAuthorities()).map(
    ({ slug, state, keyName }) => `${slug} ${state} ${keyName ?? 'elsewhere'}`,
  )

describe('importAuthority', () => {
  it.each(['ec', 'rsa'] as const)(
    'lets an agency’s CA (%s) issue under its own root',
    async (key) => {
      const authority = await runImport(importOf(await agencyCa({ key })))
      expect(authority).toMatchObject({ slug: 'citizen', name: 'Agency Issuing CA' })
      expect(await rows()).toEqual(['root issuing elsewhere', 'citizen issuing ca-citizen'])

      const request = await cardRequest(fixture, { kind: 'citizen', slot: '9A' })
      const { der } = await issueCardCertificate(deps(), request)
      const anchors = loadTrustAnchors(await fixture.deps.certificates.listAuthorities())
      expect(checkChain(parseCertificate(der), anchors, fixture.now).kind).toBe('citizen')
      await writePem(join(fixture.folder, 'leaf.pem'), der)
      const files = ['-CAfile', 'root.pem', '-untrusted', 'ca.pem', 'leaf.pem']
      const at = ['-attime', String(Math.floor(fixture.now.getTime() / 1000))]
      expect(await openssl(fixture.folder, 'verify', ...at, ...files)).toContain('leaf.pem: OK')
    },
  )

  it('judges without changing anything', async () => {
    expect(await judgeImport(deps(), importOf(await agencyCa()))).toMatchObject({
      slug: 'citizen',
      rootSlug: 'root',
      registeredRoot: null,
      predecessor: null,
    })
    expect(await rows()).toEqual([])
    expect(await keystore.has('ca-citizen')).toBe(false)
  })

  it('takes the place of the one that issues, if told to', async () => {
    await createDevelopmentPki(deps())
    const pkcs12 = await agencyCa()
    await expect(judgeImport(deps(), importOf(pkcs12))).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { slug: 'citizen' },
    })
    await runImport(importOf(pkcs12, { succeeds: true }))
    const found = await rows()
    expect(found).toContain('citizen retired ca-citizen')
    expect(found).toContain('citizen-2 issuing ca-citizen-2')
    // Our own root goes on signing; theirs vouches for what is below it.
    expect(found).toContain('root issuing ca-root')
    expect(found).toContain('root-2 retired elsewhere')
  })

  it('imports a CA that signed itself as the root', async () => {
    await agencyCa()
    const pair = ['-inkey', 'root.key', '-in', 'root.pem']
    const exported = ['-export', ...pair, '-out', 'root.p12', '-passout', 'file:password']
    await openssl(fixture.folder, 'pkcs12', ...exported)
    const pkcs12 = await readFile(join(fixture.folder, 'root.p12'))
    await expect(judgeImport(deps(), importOf(pkcs12))).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'certificate.issuer' },
    })
    await runImport(importOf(pkcs12, { kind: 'root' }))
    expect(await rows()).toEqual(['root issuing ca-root'])
  })

  it('takes up an import that was cut off after the key', async () => {
    const request = importOf(await agencyCa())
    const judged = await judgeImport(deps(), request)
    const cut = { ...deps(), inTransaction: () => Promise.reject(new Error('cut')) }
    const importing = importAuthority(cut, { request, judged }, { actor: null })
    await expect(importing).rejects.toThrow('cut')
    expect(await rows()).toEqual([])
    expect(await runImport(request)).toMatchObject({ slug: 'citizen' })
  })

  it.each<[string, string, AgencyCa]>([
    ['without its root', 'root', { alone: true }],
    [
      'that is no authority',
      'certificate.basicConstraints',
      { extensions: 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyCertSign,cRLSign' },
    ],
    [
      'that may sign no lists',
      'certificate.keyUsage',
      { extensions: 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign' },
    ],
  ])('refuses a CA %s, naming %s, and keeps its key out', async (_, field, ca) => {
    await expect(runImport(importOf(await agencyCa(ca)))).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field },
    })
    expect(await keystore.has('ca-citizen')).toBe(false)
  })

  it('refuses one that has ended', async () => {
    const pkcs12 = await agencyCa()
    fixture.now = new Date(fixture.now.getTime() + 1900 * 86_400_000)
    await expect(runImport(importOf(pkcs12))).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'certificate.validity' },
    })
  })

  it('refuses the CA twice', async () => {
    const pkcs12 = await agencyCa()
    await runImport(importOf(pkcs12))
    await expect(judgeImport(deps(), importOf(pkcs12, { succeeds: true }))).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { slug: 'citizen' },
    })
  })

  it('refuses a wrong password, and broken ciphers unless they are allowed', async () => {
    const pkcs12 = await agencyCa({ legacy: true })
    const wrong = importOf(pkcs12, { password: Buffer.from('wrong'), allowLegacy: true })
    await expect(judgeImport(deps(), wrong)).rejects.toMatchObject({
      code: 'PKCS12_REFUSED',
      facts: { problem: 'wrong-password' },
    })
    await expect(judgeImport(deps(), importOf(pkcs12))).rejects.toMatchObject({
      code: 'PKCS12_REFUSED',
      facts: { problem: 'legacy-algorithm' },
    })
    const kind: AuthorityKind = 'enterprise'
    await runImport(importOf(pkcs12, { allowLegacy: true, kind }))
    expect(await rows()).toContain('enterprise issuing ca-enterprise')
  })
})

describe('backUpAuthority', () => {
  it('writes what OpenSSL opens: the key, its certificate and the root', async () => {
    await createDevelopmentPki(deps())
    const pkcs12 = await backUpAuthority(deps(), { slug: 'citizen', password, actor: 'ecard' })
    await writeFile(join(fixture.folder, 'backup.p12'), pkcs12)
    const open = ['-in', 'backup.p12', '-passin', 'file:password', '-nodes']
    const said = await openssl(fixture.folder, 'pkcs12', ...open)
    expect(said).toContain('BEGIN PRIVATE KEY')
    expect(said).toContain('Ecard Citizen CA')
    expect(said).toContain('Ecard Root CA')
    const events = await fixture.deps.audit.listRecent({ event: 'authority.backed-up' })
    expect(events.map(({ outcome }) => outcome)).toEqual(['succeeded', 'intended'])
  })

  it('refuses an authority that is not there, and one whose key is elsewhere', async () => {
    await runImport(importOf(await agencyCa()))
    const request = { password, actor: 'ecard' }
    const missing = backUpAuthority(deps(), { slug: 'minister', ...request })
    await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const elsewhere = backUpAuthority(deps(), { slug: 'root', ...request })
    await expect(elsewhere).rejects.toMatchObject({ code: 'AUTHORITY_UNAVAILABLE' })
  })
})
