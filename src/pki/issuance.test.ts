import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPkiFixture,
  makePublicKey,
  openssl,
  writePem,
  type PkiFixture,
} from '../../test/support/pki-fixture.ts'
import { makeTestKey } from '../../test/support/card-key.ts'
import { cardRequest, type WantedCard } from '../../test/support/card-request.ts'
import { tinyPolicyArc } from '../../test/support/tiny-ca.ts'
import { cardKinds, type CardKind, type SignInSlot } from '../holders/card-kind.ts'
import type { Holder } from '../holders/holder.ts'
import type { Authority } from './authority.ts'
import { cardProfileOf } from './card-profile.ts'
import { parseCertificate } from './certificate.ts'
import { checkChain, loadTrustAnchors } from './chain.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { registryTransactions } from './issuance.ts'
import { issueCardCertificate } from './issue-card-certificate.ts'
import { issueTerminalCertificate } from './issue-terminal-certificate.ts'

let fixture: PkiFixture
let authorities: Authority[]

beforeAll(async () => {
  fixture = await createPkiFixture()
  authorities = await createDevelopmentPki(fixture.deps)
  await writePem(join(fixture.folder, 'root.pem'), der('root'))
  const issuing = authorities.filter(({ kind }) => kind !== 'root')
  await writePem(
    join(fixture.folder, 'issuing.pem'),
    ...issuing.map(({ certificateDer }) => certificateDer),
  )
})
afterAll(() => fixture.close())

function der(kind: Authority['kind']): Buffer {
  const found = authorities.find((authority) => authority.kind === kind)
  if (!found) throw new Error(`no authority ${kind}`)
  return found.certificateDer
}

const request = (wanted?: WantedCard) => cardRequest(fixture, wanted)

async function issue(wanted?: WantedCard) {
  return issueCardCertificate(fixture.deps, await request(wanted))
}

async function verifyWithOpenssl(certificate: Buffer, ...extra: string[]): Promise<string> {
  await writePem(join(fixture.folder, 'leaf.pem'), certificate)
  const at = String(fixture.now.getTime() / 1000)
  const files = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem', 'leaf.pem']
  return openssl(fixture.folder, 'verify', '-x509_strict', '-attime', at, ...extra, ...files)
}

async function textOf(certificate: Buffer): Promise<string> {
  await writePem(join(fixture.folder, 'leaf.pem'), certificate)
  const names = ['-nameopt', 'utf8,sep_comma_plus_space']
  return openssl(fixture.folder, 'x509', '-in', 'leaf.pem', '-noout', '-text', ...names)
}

describe('a card certificate', () => {
  it.each(cardKinds.flatMap((kind) => (['9A', '9E'] as const).map((slot) => ({ kind, slot }))))(
    'of $kind $slot is what OpenSSL verifies, policy included',
    async ({ kind, slot }) => {
      const issued = await issue({ kind, slot })
      const policy = `${tinyPolicyArc}.${policyBelowArc(kind, slot)}`
      const purpose = ['-policy_check', '-explicit_policy', '-policy', policy]
      expect(await verifyWithOpenssl(issued.der, ...purpose)).toContain('leaf.pem: OK')

      const text = await textOf(issued.der)
      expect(text).toContain('X509v3 Key Usage: critical\n                Digital Signature\n')
      expect(text).toContain(
        slot === '9A'
          ? 'X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n'
          : 'X509v3 Extended Key Usage: critical\n                2.16.840.1.101.3.6.8\n',
      )
      expect(text).toContain(`Policy: ${policy}`)
      expect(text).toContain(`URI:urn:uuid:${issued.cardUuid ?? ''}`)
      expect(text).toMatch(/Subject Key Identifier: \n/)
      expect(text).toMatch(/Authority Key Identifier: \n/)
      expect(text).not.toContain('CA:TRUE')
    },
  )

  it.each(cardKinds.flatMap((kind) => (['9A', '9E'] as const).map((slot) => ({ kind, slot }))))(
    'of $kind $slot passes our own checks as that kind and slot',
    async ({ kind, slot }) => {
      const certificate = parseCertificate((await issue({ kind, slot })).der)
      const anchors = loadTrustAnchors(await fixture.deps.certificates.listAuthorities())
      expect(checkChain(certificate, anchors, fixture.now).kind).toBe(kind)
      expect(cardProfileOf(certificate, tinyPolicyArc)).toEqual({ kind, slot })
    },
  )

  it('names a civil servant with national number, province and agency', async () => {
    const { der: issued } = await issue({
      person: { displayName: 'Trần Thị Ví Dụ', nationalNumber: '000123456789' } as Partial<Holder>,
    })
    expect(await textOf(issued)).toContain(
      'Subject: C=VN, O=Tỉnh Minh Họa, OU=Sở Tư pháp, CN=Trần Thị Ví Dụ, ' +
        'serialNumber=IDCVN-000123456789\n',
    )
  })

  it('names an enterprise with its tax code as organisation identifier', async () => {
    const { der: issued } = await issue({
      kind: 'enterprise',
      person: { taxCode: '0012345678' } as Partial<Holder>,
    })
    expect(await textOf(issued)).toContain(
      'Subject: C=VN, O=Công ty TNHH Ví Dụ, organizationIdentifier=VATVN-0012345678, ' +
        'CN=Công ty TNHH Ví Dụ\n',
    )
  })

  it('carries names in NFC, in whatever form they come', async () => {
    const typed = await request()
    const decomposed = 'Nguyễn Văn Mẫu'.normalize('NFD')
    const issued = await issueCardCertificate(fixture.deps, {
      ...typed,
      holder: { ...typed.holder, displayName: decomposed },
      agencyPath: ['Tỉnh Minh Họa'.normalize('NFD')],
    })
    expect(issued.der.includes(Buffer.from('Nguyễn Văn Mẫu'.normalize('NFC')))).toBe(true)
    expect(issued.der.includes(Buffer.from(decomposed))).toBe(false)
    expect(issued.der.includes(Buffer.from('Tỉnh Minh Họa'.normalize('NFC')))).toBe(true)
  })

  it('takes characters that mean something in name syntax as they are', async () => {
    const displayName = '#Mẫu, "Văn" + C=XX\\;<>'
    const issued = await issue({ person: { displayName } })
    expect(new X509Certificate(issued.der).toLegacyObject().subject.CN).toBe(displayName)
  })

  it('is registered as active, with the serial that it carries', async () => {
    const issued = await issue()
    const found = await fixture.deps.certificates.findBySerial(
      issued.authorityId,
      parseCertificate(issued.der).serialNumber,
    )
    expect(found).toMatchObject({ status: 'active', der: issued.der, cardUuid: issued.cardUuid })
  })

  it('has a positive serial of 128 bits, a new one each time', async () => {
    const serials = await Promise.all([issue(), issue(), issue(), issue()])
    for (const { serialNumber, der: issued } of serials) {
      expect(serialNumber).toMatch(/^(?!00)[0-9a-f]{32}$/)
      expect(new X509Certificate(issued).serialNumber.toLowerCase()).toBe(serialNumber)
    }
    expect(new Set(serials.map(({ serialNumber }) => serialNumber)).size).toBe(4)
  })

  it('never outlives the card', async () => {
    const expiresAt = new Date('2026-05-01T10:00:00.700Z')
    const issued = await issue({ expiresAt })
    expect(issued.notAfter).toEqual(new Date('2026-05-01T10:00:00Z'))
    expect(parseCertificate(issued.der).notAfter).toEqual(issued.notAfter)
  })

  it('never outlives its authority', async () => {
    const authority = parseCertificate(der('citizen'))
    fixture.now = new Date(authority.notAfter.getTime() - 30 * 86_400_000)
    try {
      const issued = await issue({ kind: 'citizen', expiresAt: new Date('2099-01-01T00:00:00Z') })
      expect(issued.notAfter).toEqual(authority.notAfter)
    } finally {
      fixture.now = new Date('2026-03-02T01:30:00Z')
    }
  })

  it('is accepted for P-384 and RSA-2048 keys too', async () => {
    for (const key of [makeTestKey('P-384'), makeTestKey('RSA-2048')]) {
      const issued = await issue({ key })
      expect(await verifyWithOpenssl(issued.der)).toContain('OK')
      expect(
        new X509Certificate(issued.der).publicKey.export({ format: 'der', type: 'spki' }),
      ).toEqual(key.publicKey)
    }
  })
})

describe('a request that does not fit', () => {
  const weakRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const ed25519 = generateKeyPairSync('ed25519').publicKey
  const spki = (key: typeof weakRsa) => key.export({ format: 'der', type: 'spki' })
  const offCurve = makePublicKey()
  offCurve[offCurve.length - 1] = (offCurve.at(-1) ?? 0) ^ 1

  it.each([
    { what: 'a short RSA key', field: 'publicKey', change: { publicKey: spki(weakRsa) } },
    { what: 'an Ed25519 key', field: 'publicKey', change: { publicKey: spki(ed25519) } },
    { what: 'a point off its curve', field: 'publicKey', change: { publicKey: offCurve } },
    { what: 'no key at all', field: 'publicKey', change: { publicKey: Buffer.of() } },
    {
      what: 'a key with bytes after it',
      field: 'publicKey',
      change: { publicKey: Buffer.concat([makePublicKey(), Buffer.of(0)]) },
    },
    { what: 'an enterprise card for a person', field: 'holder', change: { kind: 'enterprise' } },
    { what: 'an agency without name', field: 'agencyPath', change: { agencyPath: [' '] } },
    {
      what: 'an agency name too long',
      field: 'agencyPath',
      change: { agencyPath: ['Sở'.repeat(33)] },
    },
    {
      what: 'a card that has expired',
      field: 'notAfter',
      change: { expiresAt: new Date('2026-03-02T01:30:00Z') },
    },
  ] as const)(
    'is refused for $what, naming $field, before anything is recorded',
    async (refused) => {
      const asked = { ...(await request()), ...refused.change }
      await expect(issueCardCertificate(fixture.deps, asked)).rejects.toMatchObject({
        code: 'CERTIFICATE_REQUEST_REFUSED',
        facts: { field: refused.field },
      })
      await expectNoRow(asked.cardUuid)
      expect(await fixture.deps.audit.listRecent({ cardUuid: asked.cardUuid })).toEqual([])
    },
  )

  it.each([
    { displayName: 'Mẫu\u0007' },
    { displayName: 'Mẫu\u202E' },
    { displayName: '' },
    { nationalNumber: '000 123' },
    { nationalNumber: '000123456789\u0000' },
  ])('is refused for the person %j', async (person) => {
    const asked = await request()
    const holder = { ...asked.holder, ...person } as Holder
    await expect(issueCardCertificate(fixture.deps, { ...asked, holder })).rejects.toMatchObject({
      code: 'CERTIFICATE_REQUEST_REFUSED',
      facts: { field: Object.keys(person)[0] },
    })
  })
})

describe('issuance', () => {
  it('audits the intent before and the outcome after, with the serial', async () => {
    const issued = await issue()
    const cardUuid = issued.cardUuid ?? ''
    const events = (await fixture.deps.audit.listRecent({ cardUuid })).reverse()
    expect(events.map(({ event, outcome }) => `${event} ${outcome}`)).toEqual([
      'certificate.issued intended',
      'certificate.issued succeeded',
    ])
    expect(events[0]).toMatchObject({
      actor: 'test',
      facts: { serialNumber: issued.serialNumber, profile: 'civil-servant-9e' },
    })
  })

  it('has the row before the signature: when that fails, the row is settled as revoked', async () => {
    const asked = await request()
    const key = await fixture.deps.keystore.key('ca-civil-servant')
    const seen: string[][] = []
    const failing = {
      ...key,
      sign: async () => {
        seen.push(await statusesOf(asked.cardUuid))
        throw new Error('the HSM is away')
      },
    }
    const keystore = { ...fixture.deps.keystore, key: () => Promise.resolve(failing) }
    const broken = { ...fixture.deps, keystore }
    await expect(issueCardCertificate(broken, asked)).rejects.toThrow('the HSM is away')
    expect(seen).toEqual([['prepared']])
    expect(await statusesOf(asked.cardUuid)).toEqual(['revoked'])
    const [last] = await fixture.deps.audit.listRecent({ cardUuid: asked.cardUuid })
    expect(last).toMatchObject({
      event: 'certificate.issued',
      outcome: 'refused',
      reason: 'UNEXPECTED',
    })

    // And nothing stands in the way of the next run, with the very same key.
    await issueCardCertificate(fixture.deps, asked)
    expect(await statusesOf(asked.cardUuid)).toEqual(['active', 'revoked'])
  })

  it('keeps to itself what the keystore signed with another key', async () => {
    const asked = await request()
    const other = await fixture.deps.keystore.key('ca-citizen')
    const key = await fixture.deps.keystore.key('ca-civil-servant')
    const lying = { ...key, sign: (data: Uint8Array) => other.sign(data) }
    const keystore = { ...fixture.deps.keystore, key: () => Promise.resolve(lying) }
    await expect(issueCardCertificate({ ...fixture.deps, keystore }, asked)).rejects.toMatchObject({
      code: 'AUTHORITY_UNAVAILABLE',
      facts: { fault: 'signature-wrong' },
    })
    expect(await statusesOf(asked.cardUuid)).toEqual(['revoked'])
  })

  it('signs nothing when the intent cannot be audited', async () => {
    const asked = await request()
    const audit = { append: () => Promise.reject(new Error('audit is away')) }
    const broken = { ...fixture.deps, inTransaction: registryTransactions(fixture.db, () => audit) }
    await expect(issueCardCertificate(broken, asked)).rejects.toThrow('audit')
    await expectNoRow(asked.cardUuid)
  })

  it('refuses a second certificate for a slot, unless it replaces the first', async () => {
    const asked = await request()
    const first = await issueCardCertificate(fixture.deps, asked)
    await expect(issueCardCertificate(fixture.deps, asked)).rejects.toMatchObject({
      code: 'DUPLICATE',
    })
    const second = await issueCardCertificate(fixture.deps, { ...asked, replace: true })
    const all = await fixture.deps.certificates.listByCard(asked.cardUuid)
    const statuses = new Map(all.map((found) => [found.serialNumber, found.status]))
    expect(statuses.get(first.serialNumber)).toBe('superseded')
    expect(statuses.get(second.serialNumber)).toBe('active')
  })

  it('refuses with an authority that is past its end', async () => {
    const asked = await request()
    const late = { now: () => new Date('2050-01-01T00:00:00Z') }
    await expect(
      issueCardCertificate({ ...fixture.deps, clock: late }, asked),
    ).rejects.toMatchObject({ code: 'AUTHORITY_UNAVAILABLE' })
    await expectNoRow(asked.cardUuid)
  })

  it('refuses with a keystore that holds another key under the name', async () => {
    const asked = await request()
    const key = await fixture.deps.keystore.key('ca-citizen')
    const keystore = { ...fixture.deps.keystore, key: () => Promise.resolve(key) }
    await expect(issueCardCertificate({ ...fixture.deps, keystore }, asked)).rejects.toMatchObject({
      code: 'AUTHORITY_UNAVAILABLE',
      facts: { key: 'ca-civil-servant' },
    })
    await expectNoRow(asked.cardUuid)
  })
})

describe('a terminal certificate', () => {
  it('is what OpenSSL verifies for a TLS client, and no card certificate', async () => {
    const terminal = await addTerminal()
    const publicKey = makePublicKey()
    const issued = await issueTerminalCertificate(fixture.deps, {
      terminal,
      publicKey,
      actor: null,
    })
    expect(await verifyWithOpenssl(issued.der, '-purpose', 'sslclient')).toContain('OK')
    const text = await textOf(issued.der)
    expect(text).toContain('Subject: C=VN, CN=Quầy số 1\n')
    expect(text).toContain(`URI:urn:uuid:${terminal.id}`)
    expect(text).toContain(`Policy: ${tinyPolicyArc}.4\n`)
    expect(cardProfileOf(parseCertificate(issued.der), tinyPolicyArc)).toBeNull()
  })

  it('supersedes the one of an earlier enrolment', async () => {
    const terminal = await addTerminal()
    for (const publicKey of [makePublicKey(), makePublicKey()]) {
      await issueTerminalCertificate(fixture.deps, { terminal, publicKey, actor: null })
    }
    const all = await fixture.deps.certificates.listByTerminal(terminal.id)
    expect(all.map(({ status }) => status).sort()).toEqual(['active', 'superseded'])
  })
})

function policyBelowArc(kind: CardKind, slot: SignInSlot): string {
  return `${cardKinds.indexOf(kind) + 1}.${slot === '9A' ? 1 : 4}`
}

async function addTerminal() {
  const terminal = { id: fixture.deps.random.uuid(), name: 'Quầy số 1' }
  await fixture.db.query(
    `insert into terminals (id, name, mode, state, state_since) values ($1, $2, 'managed', 'invited', $3)`,
    [terminal.id, terminal.name, fixture.now],
  )
  return terminal
}

async function statusesOf(cardUuid: string): Promise<string[]> {
  const { rows } = await fixture.db.query<{ status: string }>(
    'select status from certificates where card_uuid = $1 order by status',
    [cardUuid],
  )
  return rows.map(({ status }) => status)
}

async function expectNoRow(cardUuid: string): Promise<void> {
  expect(await statusesOf(cardUuid)).toEqual([])
}
