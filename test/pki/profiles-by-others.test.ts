import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { cardKinds, keySlots, type KeySlot } from '../../src/holders/card-kind.ts'
import { cardPolicy, cardProfileOf } from '../../src/pki/card-profile.ts'
import { parseCertificate } from '../../src/pki/certificate.ts'
import { issueEveryProfile, type Specimen } from '../support/every-profile.ts'
import { createPkiFixture, openssl, writePem, type PkiFixture } from '../support/pki-fixture.ts'
import { tinyPolicyArc } from '../support/tiny-ca.ts'

/** What the other tools should make of a certificate. */
interface Expected {
  readonly name: string
  readonly keyUsage: string
  /** As OpenSSL prints it, "critical" and all; null for none. */
  readonly extendedKeyUsage: string | null
  readonly policy: string | null
  readonly alternativeName: RegExp | null
  /** A purpose of OpenSSL's that it is for, or null, and one that it is not for. */
  readonly purposes: readonly [string | null, string]
  /** The usage of NSS's that it is for; null where NSS has none. */
  readonly nssUsage: string | null
}

const uuidUri = /URI:urn:uuid:[0-9a-f-]{36}\n/
const slots: Readonly<Record<KeySlot, Omit<Expected, 'name' | 'policy' | 'alternativeName'>>> = {
  '9A': {
    keyUsage: 'Digital Signature',
    extendedKeyUsage: '\n TLS Web Client Authentication',
    purposes: ['sslclient', 'sslserver'],
    nssUsage: 'C',
  },
  '9C': {
    keyUsage: 'Digital Signature, Non Repudiation',
    extendedKeyUsage: '\n 1.3.6.1.5.5.7.3.36',
    purposes: [null, 'sslclient'],
    nssUsage: null,
  },
  '9D': {
    keyUsage: 'Key Agreement',
    extendedKeyUsage: null,
    purposes: [null, 'smimesign'],
    nssUsage: null,
  },
  '9E': {
    keyUsage: 'Digital Signature',
    extendedKeyUsage: 'critical\n 2.16.840.1.101.3.6.8',
    purposes: [null, 'sslclient'],
    nssUsage: null,
  },
}

const expectedCards: Expected[] = cardKinds.flatMap((kind) =>
  keySlots.map((slot) => ({
    name: `${kind}-${slot.toLowerCase()}`,
    policy: cardPolicy({ kind, slot }),
    alternativeName: uuidUri,
    ...slots[slot],
  })),
)

const expected: Expected[] = [
  ...expectedCards,
  {
    ...{ name: 'citizen-9d-rsa', policy: '2.3', alternativeName: uuidUri },
    ...{ ...slots['9D'], keyUsage: 'Key Encipherment' },
  },
  {
    ...{ name: 'windows-9a', policy: '1.1' },
    ...slots['9A'],
    extendedKeyUsage: '\n TLS Web Client Authentication, Microsoft Smartcard Login',
    alternativeName: /URI:urn:uuid:[0-9a-f-]{36}, othername: UPN:+000\d{9}@province\.example\n/,
  },
  {
    name: 'terminal-1',
    keyUsage: 'Digital Signature',
    extendedKeyUsage: '\n TLS Web Client Authentication',
    policy: '4',
    alternativeName: uuidUri,
    purposes: ['sslclient', 'sslserver'],
    nssUsage: 'C',
  },
  {
    name: 'ocsp-signer',
    keyUsage: 'Digital Signature',
    extendedKeyUsage: '\n OCSP Signing',
    policy: null,
    alternativeName: null,
    purposes: ['ocsphelper', 'sslserver'],
    nssUsage: null,
  },
  {
    name: 'tls-server',
    keyUsage: 'Digital Signature, Key Encipherment',
    extendedKeyUsage: '\n TLS Web Server Authentication',
    policy: null,
    alternativeName: /DNS:db\.internal, DNS:db-1\.db\.internal\n/,
    purposes: ['sslserver', 'sslclient'],
    nssUsage: 'V',
  },
]

let fixture: PkiFixture
let specimens: ReadonlyMap<string, Specimen>

beforeAll(async () => {
  fixture = await createPkiFixture()
  // GnuTLS knows no other time than the machine's, so what it looks at is made now.
  fixture.now = systemClock.now()
  const made = await issueEveryProfile(fixture)
  specimens = new Map(made.map((specimen) => [specimen.name, specimen]))
})
afterAll(() => fixture.close())

function specimen(name: string): Specimen {
  const found = specimens.get(name)
  if (!found) throw new Error(`no certificate was made for ${name}`)
  return found
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: fixture.folder })
  return stdout + stderr
}

async function verify(name: string, ...extra: string[]): Promise<string> {
  const { issuer } = specimen(name)
  const files = ['-CAfile', 'root.pem', '-untrusted', `${issuer}.pem`, `${name}.pem`]
  return openssl(fixture.folder, 'verify', '-x509_strict', ...extra, ...files)
}

describe('a certificate of each profile', () => {
  it('was made, and has expectations here', () => {
    expect([...specimens.keys()].sort()).toEqual(expected.map(({ name }) => name).sort())
  })

  it.each(expected)('$name: OpenSSL shows what the profile says', async (profile) => {
    const { der } = specimen(profile.name)
    const options = ['-inform', 'DER', '-in', `${profile.name}.der`, '-noout', '-text']
    const text = (await openssl(fixture.folder, 'x509', ...options)).replace(/\n {2,}/g, '\n ')
    expect(text).toContain(`X509v3 Key Usage: critical\n ${profile.keyUsage}\n`)
    const extendedKeyUsage = /X509v3 Extended Key Usage: (.*\n .*)\n/.exec(text)?.[1] ?? null
    expect(extendedKeyUsage).toBe(profile.extendedKeyUsage)
    const policy = /Policy: (\S+)/.exec(text)?.[1] ?? null
    expect(policy).toBe(profile.policy === null ? null : `${tinyPolicyArc}.${profile.policy}`)
    expect(text).toMatch(/X509v3 Subject Key Identifier: \n/)
    expect(text).toMatch(/X509v3 Authority Key Identifier: \n/)
    expect(text).not.toContain('CA:TRUE')
    expect(parseCertificate(der).unknownCriticalExtensions).toEqual([])
    const names = /X509v3 Subject Alternative Name: \n (.*\n)/.exec(text)?.[1] ?? null
    if (profile.alternativeName === null) expect(names).toBeNull()
    else expect(names).toMatch(profile.alternativeName)
  })

  it.each(expected)('$name: points to where its issuer answers', async ({ name }) => {
    const options = ['-inform', 'DER', '-in', `${name}.der`, '-noout', '-text']
    const text = await openssl(fixture.folder, 'x509', ...options)
    const urls = [...text.matchAll(/URI:(http\S+)/g)].map(([, url]) => url)
    const { issuer } = specimen(name)
    const all = [
      'http://pki.example/pki/ocsp',
      `http://pki.example/pki/ca/${issuer}.cer`,
      `http://pki.example/pki/crl/${issuer}/0.crl`,
    ]
    expect(urls.sort()).toEqual(name === 'ocsp-signer' ? [] : all.sort())
    expect(text.includes('OCSP No Check')).toBe(name === 'ocsp-signer')
  })

  it.each(expected)(
    '$name: OpenSSL verifies it strictly, for its purpose alone',
    async (profile) => {
      const { name, policy } = profile
      const [good, bad] = profile.purposes
      expect(await verify(name)).toContain(`${name}.pem: OK`)
      if (good !== null) expect(await verify(name, '-purpose', good)).toContain('OK')
      await expect(verify(name, '-purpose', bad)).rejects.toThrow(/unsuitable certificate purpose/)
      if (policy === null) return
      const oid = `${tinyPolicyArc}.${policy}`
      const explicit = ['-policy_check', '-explicit_policy', '-policy', oid]
      expect(await verify(name, ...explicit)).toContain('OK')
    },
  )

  it.each(expected)('$name: OpenSSL takes its ASN.1 apart to the end', async ({ name }) => {
    const options = ['-inform', 'DER', '-in', `${name}.der`]
    const text = await openssl(fixture.folder, 'asn1parse', ...options)
    expect(text).toContain('d=0')
    expect(text).not.toMatch(/error/i)
  })

  it.each(expected)('$name: GnuTLS reads it and verifies its chain', async ({ name }) => {
    const text = await run('certtool', '--certificate-info', '--inder', '--infile', `${name}.der`)
    expect(text).toContain('Version: 3')
    expect(text).not.toMatch(/warning|unknown extension .* \(critical\)/i)
    const chain = `${name}-chain.pem`
    const { issuer, der } = specimen(name)
    const [authority, root] = [await derOf(issuer), await derOf('root')]
    await writePem(join(fixture.folder, chain), der, authority, root)
    const options = ['--load-ca-certificate', 'root.pem', '--infile', chain]
    expect(await run('certtool', '--verify', ...options)).toContain(
      'Chain verification output: Verified.',
    )
  })

  it.each(expectedCards)('$name: signs its holder in if it is of 9A or 9E alone', ({ name }) => {
    const kind = cardKinds.find((candidate) => name.startsWith(candidate))
    const slot = name.slice(-2).toUpperCase()
    const profile = cardProfileOf(parseCertificate(specimen(name).der), tinyPolicyArc)
    expect(profile).toEqual(slot === '9A' || slot === '9E' ? { kind, slot } : null)
  })

  it('windows-9a: signs its holder in as any 9A does', () => {
    const profile = cardProfileOf(parseCertificate(specimen('windows-9a').der), tinyPolicyArc)
    expect(profile).toEqual({ kind: 'civil-servant', slot: '9A' })
  })

  it('tls-server: OpenSSL finds the name of the host in it, and no other', async () => {
    expect(await verify('tls-server', '-verify_hostname', 'db.internal')).toContain('OK')
    await expect(verify('tls-server', '-verify_hostname', 'evil.internal')).rejects.toThrow(
      /hostname mismatch/i,
    )
  })
})

describe('NSS', () => {
  const database = 'sql:nss'
  beforeAll(async () => {
    await mkdir(join(fixture.folder, 'nss'))
    await run('certutil', '-N', '-d', database, '--empty-password')
    await importInto('root', 'CT,C,C')
    for (const kind of [...cardKinds, 'terminal']) await importInto(kind, ',,')
    for (const { name } of expected) await importInto(name, ',,')
  })

  function importInto(name: string, trust: string): Promise<string> {
    return run('certutil', '-A', '-d', database, '-n', name, '-t', trust, '-i', `${name}.der`)
  }

  it.each(expected)('reads $name', async ({ name }) => {
    const text = await run('certutil', '-L', '-d', database, '-n', name)
    expect(text).toContain('Version: 3 (0x2)')
    expect(text).toContain('Certificate Authority Key Identifier')
  })

  it.each(expected.filter(({ nssUsage }) => nssUsage !== null))(
    'verifies $name for usage $nssUsage',
    async ({ name, nssUsage }) => {
      const options = ['-d', database, '-n', name, '-e', '-u', nssUsage ?? '']
      expect(await run('certutil', '-V', ...options)).toContain('certificate is valid')
    },
  )

  it.each([
    ['civil-servant-9a', '0'],
    ['tls-server', '1'],
  ])('follows the chain of %s for usage %s with its own path builder', async (name, usage) => {
    const { issuer } = specimen(name)
    const trusted = ['-t', '-r', 'root.der']
    const files = ['-r', `${name}.der`, `${issuer}.der`, ...trusted]
    expect(await run('vfychain', '-d', database, '-pp', '-u', usage, ...files)).toContain(
      'Chain is good!',
    )
  })
})

async function derOf(kind: Specimen['issuer']): Promise<Buffer> {
  const found = await fixture.deps.certificates.findIssuingAuthority(kind)
  if (found === null) throw new Error(`no authority ${kind}`)
  return found.certificateDer
}
