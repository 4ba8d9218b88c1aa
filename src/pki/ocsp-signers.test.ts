import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOcspFixture, type OcspFixture } from '../../test/support/ocsp-fixture.ts'
import { parseCertificate } from './certificate.ts'
import { ensureOcspSigners, loadOcspSigners, type OcspSignerDeps } from './ocsp-signers.ts'

const dayMs = 86_400_000
const start = new Date('2026-03-02T01:30:00Z')

let fixture: OcspFixture
let now: Date

beforeEach(async () => {
  now = start
  fixture = await createOcspFixture({ clock: { now: () => now } })
})

afterEach(() => fixture.close())

async function ensure(deps: OcspSignerDeps = fixture.deps): Promise<void> {
  await ensureOcspSigners(deps, await fixture.certificates.listAuthorities())
}

async function load(deps: OcspSignerDeps = fixture.deps) {
  return loadOcspSigners(deps, await fixture.certificates.listAuthorities())
}

async function signerOf(slug: 'citizen' | 'enterprise') {
  return (await load()).get(fixture.ca.issuing[slug].id)
}

interface SignerRow {
  serial_number: string
  status: string
  der: Buffer
}

async function rowsOf(slug: 'citizen'): Promise<SignerRow[]> {
  const { rows } = await fixture.db.query<SignerRow>(
    `select serial_number, status, der from certificates
     where authority_id = $1 and service = 'ocsp' order by not_before, status desc`,
    [fixture.ca.issuing[slug].id],
  )
  return rows
}

describe('the signers of OCSP answers', () => {
  it('are made for every authority whose key is here, each with a key of its own', async () => {
    await ensure()
    const keys = [...(await load()).values()].map(({ key }) => key.name)
    const slugs = ['citizen', 'civil-servant', 'enterprise', 'terminal']
    expect(keys.sort()).toEqual(slugs.map((slug) => `ocsp-${slug}`))
  })

  it('stay while they last', async () => {
    await ensure()
    const before = await signerOf('citizen')
    now = new Date(start.getTime() + 19 * dayMs)
    await ensure()
    expect((await signerOf('citizen'))?.serialNumber).toBe(before?.serialNumber)
  })

  it('get a successor with a new key well before their end, and stay valid beside it', async () => {
    await ensure()
    now = new Date(start.getTime() + 21 * dayMs)
    await ensure()
    expect((await signerOf('citizen'))?.key.name).toBe('ocsp-citizen-2')
    const [earlier, later, ...more] = await rowsOf('citizen')
    expect([earlier?.status, later?.status, more]).toEqual(['superseded', 'active', []])
    expect(parseCertificate(earlier?.der ?? Buffer.of()).notAfter > now).toBe(true)
  })

  it('are made by one node, however many look after them', async () => {
    const nodes = [fixture.deps, fixture.anotherNode(), fixture.anotherNode()]
    await Promise.all(nodes.map((deps) => ensure(deps)))
    await ensure()
    expect(await rowsOf('citizen')).toHaveLength(1)
    for (const deps of nodes) expect((await load(deps)).size).toBe(4)
  })

  it('take up the key that a run which was cut off had made', async () => {
    const key = await fixture.keystore.generate('ocsp-citizen', 'P-256')
    await ensure()
    const signer = await signerOf('citizen')
    expect(signer?.key.name).toBe('ocsp-citizen')
    expect(signer?.key.publicKey).toEqual(key.publicKey)
  })

  it('are made anew, with another key, when one was revoked', async () => {
    await ensure()
    const authorityId = fixture.ca.issuing.citizen.id
    const before = await signerOf('citizen')
    await fixture.certificates.setStatus(
      { authorityId, serialNumber: before?.serialNumber ?? '' },
      { status: 'revoked', at: now, reason: 'keyCompromise' },
    )
    expect(await signerOf('citizen')).toBeUndefined()
    await ensure()
    expect((await signerOf('citizen'))?.key.name).toBe('ocsp-citizen-2')
  })

  it('go on with the earlier one while the next is not there, unless it was revoked', async () => {
    await ensure()
    const authorities = await fixture.certificates.listAuthorities()
    const before = await load()
    const { id } = fixture.ca.issuing.citizen
    const serial = { authorityId: id, serialNumber: before.get(id)?.serialNumber ?? '' }
    const superseded = { status: 'superseded', at: now, reason: null } as const
    await fixture.certificates.setStatus(serial, superseded)
    expect((await load()).has(id)).toBe(false)
    expect((await loadOcspSigners(fixture.deps, authorities, before)).has(id)).toBe(true)
    const revoked = { status: 'revoked', at: now, reason: 'keyCompromise' } as const
    await fixture.certificates.setStatus(serial, revoked)
    expect((await loadOcspSigners(fixture.deps, authorities, before)).has(id)).toBe(false)
  })

  it('are left to the nodes that have their keys', async () => {
    await ensure()
    const has = (name: string) => Promise.resolve(name.startsWith('ca-'))
    const elsewhere = { ...fixture.deps, keystore: { ...fixture.keystore, has } }
    await ensure(elsewhere)
    expect(await rowsOf('citizen')).toHaveLength(1)
    expect((await load(elsewhere)).size).toBe(0)
  })

  it('are made for a retired authority, and for a revoked one no more', async () => {
    const { citizen, enterprise } = fixture.ca.issuing
    await fixture.certificates.retireAuthority(citizen.id)
    await fixture.db.query(
      `update authorities set state = 'revoked', revoked_at = $2,
         revocation_reason = 'keyCompromise' where id = $1`,
      [enterprise.id, now],
    )
    await ensure()
    expect(await signerOf('citizen')).toBeDefined()
    expect(await signerOf('enterprise')).toBeUndefined()
  })

  it('of one authority are made although those of another cannot be', async () => {
    const certifySigner: OcspSignerDeps['certifySigner'] = (authority, key) =>
      authority.kind === 'citizen'
        ? Promise.reject(new Error('no'))
        : fixture.deps.certifySigner(authority, key)
    await ensure({ ...fixture.deps, certifySigner })
    expect((await load()).size).toBe(3)
    await ensure()
    expect((await load()).size).toBe(4)
  })

  it('sign with RSA where the authority does', async () => {
    const rsa = await createOcspFixture({ clock: { now: () => now }, keyAlgorithm: 'RSA-2048' })
    try {
      const authorities = await rsa.certificates.listAuthorities()
      const citizen = authorities.filter(({ kind }) => kind === 'citizen')
      await ensureOcspSigners(rsa.deps, citizen)
      const [signer] = (await loadOcspSigners(rsa.deps, citizen)).values()
      expect(signer?.key.algorithm).toBe('RSA-3072')
    } finally {
      await rsa.close()
    }
  })
})
