import { webcrypto } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  createTinyCa,
  issueWrong,
  makeAuthority,
  type LeafOptions,
  type TinyAuthority,
  type TinyCa,
} from '../../test/support/tiny-ca.ts'
import { parseCertificate } from './certificate.ts'
import type { Authority } from './authority.ts'
import { checkChain, ChainRefused, loadTrustAnchors, type TrustAnchors } from './chain.ts'

const now = new Date('2026-03-02T01:30:00Z')
const clock = { now: () => now }
let ca: TinyCa
let anchors: TrustAnchors

beforeAll(async () => {
  ca = await createTinyCa({ clock })
  anchors = loadTrustAnchors(ca.authorities)
})

function check(der: Buffer, at = now) {
  return checkChain(parseCertificate(der), anchors, at)
}

function refusalOf(der: Buffer, at = now): string {
  try {
    check(der, at)
  } catch (error) {
    if (!(error instanceof ChainRefused)) throw error
    const { fault } = error.facts
    return fault === undefined ? error.reason : `${error.reason}: ${String(fault)}`
  }
  return 'accepted'
}

describe('checkChain', () => {
  it.each(['civil-servant', 'citizen', 'enterprise', 'terminal'] as const)(
    'names the authority, by its kind, that made a %s certificate',
    async (kind) => {
      const { der } = await ca.issue({ kind })
      expect(check(der)).toMatchObject({ kind, id: ca.issuing[kind].id })
    },
  )

  it('names the kind of the authority that signed, not the one that the policy claims', async () => {
    const { der } = await issueWrong(ca, 'wrong-kinds-ca', { kind: 'civil-servant' })
    expect(check(der).kind).toBe('citizen')
  })

  it.each([
    ['other-ca', 'chain-untrusted: authority-unknown'],
    ['expired', 'certificate-expired'],
    ['not-yet-valid', 'certificate-not-yet-valid'],
  ] as const)('refuses one that is %s as %s', async (wrongness, refusal) => {
    expect(refusalOf((await issueWrong(ca, wrongness)).der)).toBe(refusal)
  })

  it('takes both ends of the validity as valid and no second more', async () => {
    const notBefore = new Date('2026-03-02T00:00:00Z')
    const notAfter = new Date('2026-03-02T02:00:00Z')
    const { der } = await ca.issue({ notBefore, notAfter })
    expect(refusalOf(der, notBefore)).toBe('accepted')
    expect(refusalOf(der, notAfter)).toBe('accepted')
    expect(refusalOf(der, new Date('2026-03-01T23:59:59Z'))).toBe('certificate-not-yet-valid')
    expect(refusalOf(der, new Date('2026-03-02T02:00:01Z'))).toBe('certificate-expired')
  })

  it('judges the dates again for a certificate whose signature it remembers', async () => {
    const { der } = await ca.issue({ notAfter: new Date('2026-03-02T02:00:00Z') })
    expect(refusalOf(der)).toBe('accepted')
    expect(refusalOf(der, new Date('2026-03-03T00:00:00Z'))).toBe('certificate-expired')
    expect(refusalOf(der)).toBe('accepted')
  })

  it('distrusts everything of an authority past its own end', async () => {
    const { der } = await ca.issue({ notAfter: new Date('2046-01-01T00:00:00Z') })
    const later = new Date('2045-01-01T00:00:00Z')
    expect(refusalOf(der, later)).toBe('chain-untrusted: authority-out-of-date')
  })

  it('refuses a stranger who took the name and key identifier of our authority', async () => {
    const stranger = await createTinyCa({ clock })
    const ours = ca.issuing['civil-servant']
    const { privateKey } = stranger.issuing['civil-servant'].keys
    const issuer: TinyAuthority = { ...ours, keys: { ...ours.keys, privateKey } }
    const { der } = await stranger.issue({ issuer })
    expect(refusalOf(der)).toBe('chain-untrusted: signature-wrong')
  })

  it('refuses a stranger who took the key identifier alone', async () => {
    const stranger = await createTinyCa({ clock })
    const theirs = stranger.issuing['civil-servant']
    const keys = { ...theirs.keys, publicKey: ca.issuing['civil-servant'].keys.publicKey }
    const { der } = await stranger.issue({ issuer: { ...theirs, keys } })
    expect(refusalOf(der)).toBe('chain-untrusted: names-do-not-chain')
  })

  it('refuses a certificate changed after it was signed, each byte of it', async () => {
    const { der } = await ca.issue()
    const outcomes = new Set<string>()
    for (let at = 0; at < der.length; at += 5) {
      const changed = Buffer.from(der)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      outcomes.add(attempt(() => refusalOf(changed)))
    }
    expect(outcomes).not.toContain('accepted')
    expect(outcomes).toContain('chain-untrusted: signature-wrong')
  })

  it('refuses an authority where an end entity is expected', () => {
    const { certificateDer } = ca.issuing.citizen
    expect(refusalOf(certificateDer)).toBe('chain-untrusted: not-an-end-entity')
  })

  it('refuses a critical extension that nobody here processes', async () => {
    const { Extension } = await import('@peculiar/x509')
    const strange = new Extension('1.3.6.1.4.1.99999.7.7', true, new Uint8Array([5, 0]))
    const { der } = await ca.issue({ extraExtensions: [strange] })
    expect(refusalOf(der)).toBe('chain-untrusted: unknown-critical-extension')
  })

  it('refuses what a card signed with its own key: no end entity makes certificates', async () => {
    const card = await ca.issue()
    const publicKey = await cryptoKey(card.publicKey.export({ format: 'der', type: 'spki' }))
    const signer = { ...ca.issuing.citizen, keys: { ...ca.issuing.citizen.keys, publicKey } }
    const { der } = await ca.issue({ issuer: signer } satisfies LeafOptions)
    expect(refusalOf(der)).toBe('chain-untrusted: authority-unknown')
  })

  it.each(['P-384', 'RSA-3072'] as const)(
    'accepts an authority with a %s key',
    async (algorithm) => {
      const issuer = await makeAuthority('citizen', { at: now, algorithm, issuer: ca.root })
      const { der } = await ca.issue({ issuer, keyAlgorithm: 'RSA-2048' })
      const found = checkChain(parseCertificate(der), loadTrustAnchors([ca.root, issuer]), now)
      expect(found.id).toBe(issuer.id)
    },
  )

  it('keeps authorities of one kind apart during a roll-over', async () => {
    const second = await makeAuthority('citizen', { at: now, algorithm: 'P-256', issuer: ca.root })
    const both = loadTrustAnchors([...ca.authorities, second])
    const [old, young] = [await ca.issue({ kind: 'citizen' }), await ca.issue({ issuer: second })]
    expect(checkChain(parseCertificate(old.der), both, now).id).toBe(ca.issuing.citizen.id)
    expect(checkChain(parseCertificate(young.der), both, now).id).toBe(second.id)
  })
})

describe('an authority that does not issue any more', () => {
  const withState = (kind: Authority['kind'], state: Authority['state']) =>
    loadTrustAnchors(ca.authorities.map((row) => (row.kind === kind ? { ...row, state } : row)))

  it('still vouches for what it signed when it is retired', async () => {
    const { der } = await ca.issue({ kind: 'citizen' })
    const found = checkChain(parseCertificate(der), withState('citizen', 'retired'), now)
    expect(found.id).toBe(ca.issuing.citizen.id)
  })

  it.each(['citizen', 'root'] as const)('vouches for nobody when %s is revoked', async (kind) => {
    const { der } = await ca.issue({ kind: 'citizen' })
    expect(() => checkChain(parseCertificate(der), withState(kind, 'revoked'), now)).toThrow(
      expect.objectContaining({ reason: 'chain-untrusted', facts: faultOf('authority-revoked') }),
    )
  })

  it('takes nobody else along', async () => {
    const { der } = await ca.issue({ kind: 'enterprise' })
    const found = checkChain(parseCertificate(der), withState('citizen', 'revoked'), now)
    expect(found.kind).toBe('enterprise')
  })
})

describe('loadTrustAnchors', () => {
  it('refuses an authority below one that may have none below it', async () => {
    const issuer = ca.issuing.citizen
    const tooDeep = await makeAuthority('citizen', { at: now, algorithm: 'P-256', issuer })
    expect(() => loadTrustAnchors([...ca.authorities, tooDeep])).toThrow(
      expect.objectContaining({ code: 'AUTHORITY_UNAVAILABLE', facts: faultOf('path-too-long') }),
    )
  })

  it('refuses an authority that its root did not sign', async () => {
    const stranger = await createTinyCa({ clock })
    const smuggled = { ...stranger.issuing.citizen, issuerId: ca.root.id }
    expect(() => loadTrustAnchors([ca.root, smuggled])).toThrow(
      expect.objectContaining({ facts: faultOf('key-identifiers-differ') }),
    )
  })

  it('refuses an end entity that is registered as an authority', async () => {
    const { der } = await ca.issue()
    const posing = { ...ca.issuing.citizen, certificateDer: der, issuerId: null }
    expect(() => loadTrustAnchors([posing])).toThrow(
      expect.objectContaining({ facts: faultOf('issuer-is-no-authority') }),
    )
  })

  it('refuses an authority whose root is not there, or that stands above itself', () => {
    const { citizen } = ca.issuing
    for (const rows of [[citizen], [{ ...citizen, issuerId: citizen.id }]]) {
      expect(() => loadTrustAnchors(rows)).toThrow(
        expect.objectContaining({ facts: faultOf('no-path-to-a-root') }),
      )
    }
  })

  it('accepts none at all, and then trusts nobody', async () => {
    const { der } = await ca.issue()
    const nobody = loadTrustAnchors([])
    expect(() => checkChain(parseCertificate(der), nobody, now)).toThrow(ChainRefused)
  })
})

function faultOf(fault: string): unknown {
  return expect.objectContaining({ fault })
}

function attempt(read: () => string): string {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown'
  }
}

function cryptoKey(spki: Buffer): Promise<webcrypto.CryptoKey> {
  const parameters = { name: 'ECDSA', namedCurve: 'P-256' }
  return webcrypto.subtle.importKey('spki', spki, parameters, true, ['verify'])
}
