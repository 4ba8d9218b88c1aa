import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createPkiFixture,
  openssl,
  writePem,
  type PkiFixture,
} from '../../test/support/pki-fixture.ts'
import { cardRequest } from '../../test/support/card-request.ts'
import type { AuthorityKind } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import { readCeremony, type Ceremony } from './ceremony.ts'
import { checkChain, loadTrustAnchors } from './chain.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { issueCardCertificate } from './issue-card-certificate.ts'
import { planRollOver, rollOverAuthority } from './roll-over-authority.ts'

let fixture: PkiFixture
let ceremony: Ceremony
beforeEach(async () => {
  fixture = await createPkiFixture()
  ceremony = await readCeremony()
  await createDevelopmentPki(fixture.deps)
})
afterEach(() => fixture.close())

const plan = (kind: AuthorityKind = 'citizen') => planRollOver(fixture.deps, { ceremony, kind })

async function rollOver() {
  return rollOverAuthority(fixture.deps, await plan(), { actor: 'Nguyễn Văn Mẫu' })
}

async function issueCitizen(): Promise<Buffer> {
  const request = await cardRequest(fixture, { kind: 'citizen', slot: '9E' })
  return (await issueCardCertificate(fixture.deps, request)).der
}

const states = async () => {
  const rows = await fixture.deps.certificates.listAuthorities()
  return rows.filter(({ kind }) => kind === 'citizen').map(({ slug, state }) => `${slug} ${state}`)
}

describe('rollOverAuthority', () => {
  it('plans without changing anything', async () => {
    expect(await plan()).toMatchObject({
      slug: 'citizen-2',
      planned: { commonName: 'Ecard Citizen CA 2' },
      old: { slug: 'citizen' },
    })
    expect(await states()).toEqual(['citizen issuing'])
    expect(await fixture.deps.keystore.has('ca-citizen-2')).toBe(false)
  })

  it('lets the successor issue, while what the old one signed stays good', async () => {
    const before = await issueCitizen()
    const { authority, certificate } = await rollOver()
    expect(authority).toMatchObject({ slug: 'citizen-2', keyName: 'ca-citizen-2' })
    expect(await states()).toEqual(['citizen retired', 'citizen-2 issuing'])
    const after = await issueCitizen()
    expect(parseCertificate(after).authorityKeyIdentifier).toBe(certificate.subjectKeyIdentifier)

    const rows = await fixture.deps.certificates.listAuthorities()
    const anchors = loadTrustAnchors(rows)
    for (const leaf of [before, after]) {
      expect(checkChain(parseCertificate(leaf), anchors, fixture.now).kind).toBe('citizen')
    }
    const pathTo = (name: string) => join(fixture.folder, name)
    const [root, ...issuing] = rows.map(({ certificateDer }) => certificateDer)
    await writePem(pathTo('root.pem'), root ?? Buffer.of())
    await writePem(pathTo('issuing.pem'), ...issuing)
    await writePem(pathTo('before.pem'), before)
    await writePem(pathTo('after.pem'), after)
    const at = ['-attime', String(fixture.now.getTime() / 1000)]
    const files = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem', 'before.pem', 'after.pem']
    const said = await openssl(fixture.folder, 'verify', '-x509_strict', ...at, ...files)
    expect(said).toContain('before.pem: OK')
    expect(said).toContain('after.pem: OK')
  })

  it('counts on: the third is the successor of the second', async () => {
    await rollOver()
    await rollOver()
    expect((await states()).sort()).toEqual([
      'citizen retired',
      'citizen-2 retired',
      'citizen-3 issuing',
    ])
  })

  it('switches once when two do it at the same time', async () => {
    const both = await Promise.allSettled([rollOver(), rollOver()])
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
    expect(refused).toMatchObject([{ code: 'DUPLICATE' }])
    expect(await states()).toEqual(['citizen retired', 'citizen-2 issuing'])
  })

  it('refuses a root', async () => {
    await expect(plan('root')).rejects.toMatchObject({
      code: 'AUTHORITY_REFUSED',
      facts: { field: 'kind' },
    })
  })

  it('refuses a kind that the file does not name', async () => {
    const without = { ...ceremony, issuing: ceremony.issuing.slice(0, 1) }
    const planned = planRollOver(fixture.deps, { ceremony: without, kind: 'citizen' })
    await expect(planned).rejects.toMatchObject({ code: 'AUTHORITY_REFUSED' })
  })

  it('refuses before there is anybody to succeed', async () => {
    const nobody = { listAuthorities: () => Promise.resolve([]) }
    const certificates = { ...fixture.deps.certificates, ...nobody }
    const planned = planRollOver({ certificates }, { ceremony, kind: 'citizen' })
    await expect(planned).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('leaves the old one issuing when the root’s key is elsewhere', async () => {
    const planned = await plan()
    const root = { ...planned.root, keyName: null }
    const rolling = rollOverAuthority(fixture.deps, { ...planned, root }, { actor: null })
    await expect(rolling).rejects.toMatchObject({ code: 'AUTHORITY_UNAVAILABLE' })
    expect(await states()).toEqual(['citizen issuing'])
  })
})
