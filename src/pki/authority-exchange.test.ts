import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPkiFixture,
  openssl,
  writePem,
  type PkiFixture,
} from '../../test/support/pki-fixture.ts'
import { createTinyCa } from '../../test/support/tiny-ca.ts'
import { createPkiAddresses } from './addresses.ts'
import type { Authority } from './authority.ts'
import { named } from './ceremony-plan.ts'
import { readCeremony, type Ceremony } from './ceremony.ts'
import { parseCertificate } from './certificate.ts'
import { loadTrustAnchors } from './chain.ts'
import { holdCeremony, prepareCeremony } from './hold-ceremony.ts'
import { installAuthority, judgeInstallation } from './install-authority.ts'
import { nextSlug } from './make-authority.ts'
import { toPem } from './pem.ts'
import { requestAuthority, type AuthorityRequest } from './request-authority.ts'
import { judgeAuthorityRequest, signAuthorityRequest } from './sign-authority.ts'

const actor = 'Nguyễn Văn Mẫu'
let ceremony: Ceremony
let service: PkiFixture
let rootMachine: PkiFixture
let root: Authority
/** By slug: one goes all the way, the others are bent in the tests. */
let requests: ReadonlyMap<string, AuthorityRequest>

beforeAll(async () => {
  ceremony = { ...(await readCeremony()), rootKey: 'elsewhere' }
  ;[service, rootMachine] = await Promise.all([createPkiFixture(), createPkiFixture()])
  const rootSteps = await prepareCeremony(rootMachine.deps, ceremony, { place: 'root' })
  const [made] = await holdCeremony(rootMachine.deps, rootSteps, { actor })
  if (!made?.authority) throw new Error('no root')
  root = made.authority
  const steps = await prepareCeremony(service.deps, ceremony, { place: 'service' })
  const outcomes = await holdCeremony(service.deps, steps, { actor })
  const asked = outcomes.flatMap(({ request }) => request ?? [])
  requests = new Map(asked.map((request) => [request.slug, request]))
})
afterAll(() => Promise.all([service.close(), rootMachine.close()]))

function requestFor(slug: string): Buffer {
  const request = requests.get(slug)
  if (!request) throw new Error(`no request for ${slug}`)
  return request.der
}

async function sign(csr: Buffer): Promise<Authority> {
  const judged = await judgeAuthorityRequest(rootMachine.deps, { ceremony, csr })
  return signAuthorityRequest(rootMachine.deps, judged, { actor })
}

const judge = (csr: Buffer, deps = rootMachine.deps) =>
  judgeAuthorityRequest(deps, { ceremony, csr })

async function install(certificates: readonly Buffer[], rootDer: Buffer | null = null) {
  const judged = await judgeInstallation(service.deps, { ceremony, certificates, root: rootDer })
  return installAuthority(service.deps, judged, { actor })
}

describe('a root on another machine', () => {
  it('makes keys and requests at the service, and no authority before it is signed', async () => {
    expect([...requests.keys()]).toEqual(['civil-servant', 'citizen', 'enterprise', 'terminal'])
    expect(await service.deps.certificates.listAuthorities()).toEqual([])
    expect(await service.deps.keystore.has('ca-root')).toBe(false)
  })

  it('proves possession of the key to OpenSSL, too', async () => {
    const file = join(service.folder, 'civil-servant.csr')
    await writeFile(file, toPem(requestFor('civil-servant'), 'CERTIFICATE REQUEST'))
    const args = ['req', '-in', file, '-verify', '-noout', '-text', '-nameopt', 'RFC2253']
    const { stdout: said, stderr } = await promisify(execFile)('openssl', args)
    expect(stderr).toMatch(/verify OK/i)
    expect(said).toContain('CN=Ecard Civil Servant CA,O=Ecard,C=VN')
    expect(said).toContain('http://pki.example/pki/crl/root/0.crl')
  })

  it('signs, carries back and installs an authority that issues under that root', async () => {
    const signed = await sign(requestFor('citizen'))
    expect(signed).toMatchObject({ slug: 'citizen', keyName: null, issuerId: root.id })
    const installed = await install([signed.certificateDer, root.certificateDer])
    expect(installed).toMatchObject({ slug: 'citizen', state: 'issuing', keyName: 'ca-citizen' })
    const rows = await service.deps.certificates.listAuthorities()
    expect(rows.map(({ slug, keyName }) => [slug, keyName])).toEqual([
      ['root', null],
      ['citizen', 'ca-citizen'],
    ])
    expect(loadTrustAnchors(rows).byKeyIdentifier.size).toBe(2)
    await writePem(join(service.folder, 'root.pem'), root.certificateDer)
    await writePem(join(service.folder, 'citizen.pem'), installed.certificateDer)
    const verify = ['verify', '-x509_strict', '-CAfile', 'root.pem', 'citizen.pem']
    expect(await openssl(service.folder, ...verify)).toContain('citizen.pem: OK')
  })

  it('writes down who asked, who signed and who installed', async () => {
    const events = await rootMachine.deps.audit.listRecent({ event: 'authority.signed' })
    expect(events.map(({ outcome, actor: who }) => [outcome, who])).toEqual([
      ['succeeded', actor],
      ['intended', actor],
    ])
    const installed = await service.deps.audit.listRecent({ event: 'authority.installed' })
    expect(installed.map(({ outcome }) => outcome)).toEqual(['succeeded', 'intended'])
  })
})

describe('a roll-over with the root on another machine', () => {
  it('retires the predecessor on both machines, each in the transaction of its successor', async () => {
    const before = await service.deps.certificates.listAuthorities()
    const planned = ceremony.issuing.find(({ kind }) => kind === 'citizen')
    if (!planned) throw new Error('no citizen in the file')
    const slug = nextSlug('citizen', before)
    const step = { slug, planned: named(planned, slug), issuedBy: 'root' }
    const { der } = await requestAuthority(service.deps, step, { actor })
    const signed = await sign(der)
    expect(signed).toMatchObject({ slug: 'citizen-2', name: 'Ecard Citizen CA 2' })
    const installed = await install([signed.certificateDer])
    expect(installed).toMatchObject({ slug: 'citizen-2', keyName: 'ca-citizen-2' })
    for (const { deps } of [service, rootMachine]) {
      const rows = (await deps.certificates.listAuthorities()).filter(
        ({ kind }) => kind === 'citizen',
      )
      expect(rows.map((row) => `${row.slug} ${row.state}`)).toEqual([
        'citizen retired',
        'citizen-2 issuing',
      ])
    }
  })
})

describe('judgeAuthorityRequest', () => {
  it('refuses a request that was signed before', async () => {
    const signed = await rootMachine.deps.certificates.findAuthorityBySlug('enterprise')
    if (signed === null) await sign(requestFor('enterprise'))
    await expect(judge(requestFor('enterprise'))).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { slug: 'enterprise' },
    })
  })

  it('refuses a request that was changed on its way', async () => {
    const bent = Buffer.from(requestFor('civil-servant'))
    const at = bent.indexOf('Ecard Civil')
    bent.write('Ekard Civil', at, 'latin1')
    await expect(judge(bent)).rejects.toMatchObject({
      code: 'CERTIFICATE_REQUEST_REFUSED',
      facts: { field: 'csr' },
    })
  })

  it('refuses a name that is not in the file', async () => {
    const csr = await foreignRequest('/C=VN/O=Ecard/CN=Ecard Minister CA')
    await expect(judge(csr)).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'csr.subject' },
    })
  })

  it('refuses a key of another algorithm than the file says', async () => {
    const csr = await foreignRequest('/C=VN/O=Ecard/CN=Ecard Civil Servant CA', 'secp384r1')
    await expect(judge(csr)).rejects.toMatchObject({
      code: 'CERTIFICATE_REQUEST_REFUSED',
      facts: { field: 'publicKey' },
    })
  })

  it('takes the request of another tool, which claims nothing', async () => {
    const csr = await foreignRequest('/C=VN/O=Ecard/CN=Ecard Civil Servant CA')
    expect(await judge(csr)).toMatchObject({ slug: 'civil-servant', predecessor: null })
  })

  it('refuses a request from a machine with other addresses', async () => {
    const deps = { ...rootMachine.deps, addresses: createPkiAddresses('http://other.example') }
    await expect(judge(requestFor('civil-servant'), deps)).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'csr.addresses' },
    })
  })

  it('refuses a request from a machine with another policy arc', async () => {
    const deps = { ...rootMachine.deps, policyArc: '1.3.6.1.4.1.99999.2' }
    await expect(judge(requestFor('civil-servant'), deps)).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'csr.policies' },
    })
  })

  it('refuses to sign where the root has no key', async () => {
    await expect(judge(requestFor('civil-servant'), service.deps)).rejects.toMatchObject({
      code: 'AUTHORITY_UNAVAILABLE',
    })
  })
})

describe('judgeInstallation', () => {
  const judged = (certificates: readonly Buffer[], rootDer: Buffer | null = null) =>
    judgeInstallation(service.deps, { ceremony, certificates, root: rootDer })

  let signed: Buffer
  beforeAll(async () => {
    const found = await rootMachine.deps.certificates.findAuthorityBySlug('terminal')
    signed = (found ?? (await sign(requestFor('terminal')))).certificateDer
  })

  it('judges without installing', async () => {
    expect(await judged([signed, root.certificateDer])).toMatchObject({ slug: 'terminal' })
    expect(await service.deps.certificates.findAuthorityBySlug('terminal')).toBeNull()
  })

  it('refuses one that is installed already', async () => {
    const found = await service.deps.certificates.findAuthorityBySlug('citizen')
    const again = judged([found?.certificateDer ?? Buffer.of()])
    await expect(again).rejects.toMatchObject({ code: 'DUPLICATE', facts: { slug: 'citizen' } })
  })

  it('refuses bytes that are no certificate', async () => {
    await expect(judged([Buffer.from('hello')])).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'certificate' },
    })
  })

  it('refuses a certificate whose key is another machine’s', async () => {
    const csr = await foreignRequest('/C=VN/O=Ecard/CN=Ecard Civil Servant CA')
    const { certificateDer } = await sign(csr)
    await expect(judged([certificateDer, root.certificateDer])).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'certificate.publicKey' },
    })
  })

  it('refuses a certificate without its root', async () => {
    const deps = { ...service.deps, certificates: emptyRegistry(service) }
    const alone = judgeInstallation(deps, { ceremony, certificates: [signed], root: null })
    await expect(alone).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'root' },
    })
  })

  it('refuses a root with another name than the file says', async () => {
    const deps = { ...service.deps, certificates: emptyRegistry(service) }
    const other = { ...ceremony, root: { ...ceremony.root, commonName: 'Another Root CA' } }
    const installation = { ceremony: other, certificates: [signed], root: root.certificateDer }
    await expect(judgeInstallation(deps, installation)).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'root.subject' },
    })
  })

  it('refuses a policy arc that is not ours', async () => {
    const deps = { ...service.deps, policyArc: '1.3.6.1.4.1.99999.2' }
    const installation = { ceremony, certificates: [signed], root: root.certificateDer }
    await expect(judgeInstallation(deps, installation)).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'certificate.policies' },
    })
  })

  it('refuses one that is not valid now', async () => {
    const late = new Date(parseCertificate(signed).notAfter.getTime() + 1000)
    const deps = { ...service.deps, clock: { now: () => late } }
    const installation = { ceremony, certificates: [signed], root: root.certificateDer }
    await expect(judgeInstallation(deps, installation)).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'certificate.validity' },
    })
  })

  it('refuses an end entity’s certificate', async () => {
    const ca = await createTinyCa({ clock: service.deps.clock })
    const leaf = await ca.issue({ commonName: 'Ecard Terminal CA' })
    await expect(judged([leaf.der])).rejects.toMatchObject({ code: 'AUTHORITY_REFUSED' })
  })
})

/** Made by OpenSSL, with a key that no machine of ours has. */
async function foreignRequest(subject: string, curve = 'prime256v1'): Promise<Buffer> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const key = join(service.folder, 'foreign.pem')
  await writeFile(key, privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const out = join(service.folder, 'foreign.csr')
  const request = ['req', '-new', '-utf8', '-key', key, '-subj', subject, '-out', out]
  await openssl(service.folder, ...request, '-outform', 'DER')
  return readFile(out)
}

function emptyRegistry({ deps }: PkiFixture): PkiFixture['deps']['certificates'] {
  return { ...deps.certificates, listAuthorities: () => Promise.resolve([]) }
}
