import 'reflect-metadata'
import { webcrypto, X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { Command } from 'commander'
import { CompactSign } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPasskeyFixture, type PasskeyFixture } from '../../test/support/passkey-fixture.ts'
import { createTinyCa, type LeafOptions, type TinyCa } from '../../test/support/tiny-ca.ts'
import { systemClock } from '../../src/clock.ts'
import { AppError } from '../../src/errors.ts'
import { openRelyingParty } from '../../src/passkeys/relying-party.ts'
import { passkeyMetadataEn } from '../words/passkey-metadata-en.ts'
import { passkeyMetadataVi } from '../words/passkey-metadata-vi.ts'
import { passkeyCommand } from './passkey.ts'

const vouched = '876ca4f5-2071-c3e9-b255-09ef2cdf7ed6'
const broken = '11111111-2222-4333-8444-555555555555'
const unlisted = '99999999-2222-4333-8444-555555555555'
const fido = 'mds.fidoalliance.org'

let fixture: PasskeyFixture
let folder: string
let place: string
let ca: TinyCa
beforeAll(async () => {
  fixture = await createPasskeyFixture()
  ca = await createTinyCa({ clock: systemClock })
  for (const aaguid of [vouched, vouched, broken, unlisted]) {
    const { passkey } = await fixture.registered()
    await fixture.db.query('update passkeys set aaguid = $2 where id = $1', [passkey.id, aaguid])
  }
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-metadata-'))
  place = join(folder, 'devices.json')
  await writeFile(join(folder, 'root.pem'), pemOf(ca.root.certificateDer))
  vi.stubEnv('DATABASE_URL', fixture.databaseUrl)
  vi.stubEnv('ECARD_LANG', 'en')
  vi.stubEnv('ECARD_PASSKEY_METADATA', place)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})
afterAll(() => fixture.close())

const entry = (aaguid: string, ...statuses: string[]) => ({
  aaguid,
  metadataStatement: { description: 'Khóa bảo mật Ví Dụ', attestationRootCertificates: [] },
  statusReports: statuses.map((status) => ({ status })),
})

function payload(more: object = {}): string {
  const entries = [entry(vouched, 'FIDO_CERTIFIED'), entry(broken, 'USER_VERIFICATION_BYPASS')]
  return JSON.stringify({ no: 12, nextUpdate: '2999-01-01', entries, ...more })
}

interface PublisherOptions extends LeafOptions {
  readonly host?: string
  /** Certificates between the publisher's and the authority's. */
  readonly above?: readonly Buffer[]
}

/** Signed as the FIDO Alliance does, with the certificates of a publisher of our own. */
async function signed(
  json: string,
  { host = fido, above = [], ...leaf }: PublisherOptions = {},
): Promise<string> {
  const name = new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])
  const publisher = { kind: 'terminal', cardUuid: '', commonName: host } as const
  const { der, privateKey } = await ca.issue({ ...publisher, extraExtensions: [name], ...leaf })
  const chain = [der, ...above, ca.issuing.terminal.certificateDer]
  return new CompactSign(Buffer.from(json))
    .setProtectedHeader({ alg: 'ES256', x5c: chain.map((one) => one.toString('base64')) })
    .sign(privateKey)
}

/** As a customer of the same authority would whose certificate is not for issuing others. */
async function signedByCustomer(json: string): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const publicKey = Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey))
  const keyUsage = x509.KeyUsageFlags.keyCertSign
  const customer = await ca.certify(publicKey, { kind: 'terminal', keyUsage })
  const subject = new x509.X509Certificate(new Uint8Array(customer)).subjectName
  const issuer = { ...ca.issuing.terminal, subject, keys }
  return signed(json, { issuer, above: [customer] })
}

describe('ecard passkey metadata', () => {
  it('says what a file knows of the passkeys there are, and changes nothing', async () => {
    const output = await ecard(payload())
    expect(output).toContain('Metadata no. 12 of 2 models; the next one is due on 2999-01-01.')
    expect(output).toContain('! The origin is not proven: this is bare payload.')
    expect(output).toMatch(new RegExp(`✓ known +2 +${vouched} +Khóa bảo mật Ví Dụ`))
    expect(output).toMatch(new RegExp(`✗ compromised +1 +${broken}`))
    expect(output).toMatch(new RegExp(`! not known +1 +${unlisted}`))
    expect(output).toContain(`Goes to ${place}.\nNothing changed.`)
    expect(await readdir(folder)).not.toContain('devices.json')
  })

  it('proves the origin of a signed file, and puts its payload where the service reads', async () => {
    const args = ['--root', join(folder, 'root.pem'), '--apply', '--json']
    const told = JSON.parse(await ecard(await signed(payload()), ...args)) as object
    expect(told).toMatchObject({
      ...{ applied: true, file: place, no: 12, models: 2, isOverdue: false, replacedNo: null },
      origin: { kind: 'proven', signer: expect.stringContaining(fido) as string },
    })
    expect(await readFile(place, 'utf8')).toBe(payload())
    expect((await stat(place)).mode & 0o777).toBe(0o644)
    expect(await readdir(folder)).not.toContain('devices.json.new')
    const policy = { attestation: 'direct', mayBeSynced: true, mayStandAlone: false } as const
    const settings = { rpId: null, metadataFile: place, policy }
    const service = await openRelyingParty(settings, { issuer: 'https://id.example', name: 'T' })
    expect(service?.metadata.get(broken)?.isWithdrawn).toBe(true)
    const events = await fixture.audit.listRecent({ event: 'passkey.metadata-imported' })
    expect(events.map(({ outcome }) => outcome)).toEqual(['succeeded', 'intended'])
    expect(events[0]).toMatchObject({ actor: 'ecard', facts: { no: 12, origin: 'proven' } })
  })

  it('takes a signed file without a root, and says that this proves nothing', async () => {
    const output = await ecard(await signed(payload({ nextUpdate: '2020-01-01' })))
    expect(output).toContain('! The origin is not proven: it is signed by')
    expect(output).toContain('! A newer one should have come out by now.')
  })

  it.each([
    ['signature-wrong', async () => swapPayload(await signed(payload())), []],
    ['root-wrong', () => signed(payload(), { issuer: ca.issuing.citizen }), ['root.pem']],
    ['root-wrong', () => signed(payload(), { notAfter: new Date(0) }), ['root.pem']],
    ['root-wrong', () => signedByCustomer(payload()), ['root.pem']],
    ['signer-wrong', () => signed(payload(), { host: 'other.example' }), ['root.pem']],
    ['not-signed', () => Promise.resolve(payload()), ['root.pem']],
    ['not-metadata', () => Promise.resolve('{"entries":[]}'), []],
    ['not-metadata', () => Promise.resolve('a.b.c'), []],
  ] as const)('refuses a file: %s', async (reason, make, roots) => {
    const args = roots.flatMap((root) => ['--root', join(folder, root)])
    const refused = ecard(await make(), ...args, '--apply')
    await expect(refused).rejects.toMatchObject({ code: 'PASSKEY_METADATA_UNUSABLE', reason })
    expect(await readdir(folder)).not.toContain('devices.json')
  })

  it('refuses to go back to an older one, unless somebody means it', async () => {
    await ecard(payload({ no: 13 }), '--apply')
    const back = ecard(payload(), '--apply')
    await expect(back).rejects.toMatchObject({ reason: 'older', facts: { no: 12, replacedNo: 13 } })
    vi.stubEnv('ECARD_LANG', 'vi')
    await expect(ecard(payload(), '--apply')).rejects.toThrow('Đang dùng bản số 13')
    expect(await ecard(payload(), '--older', '--apply')).toContain('Đã ghi.')
    expect(await readFile(place, 'utf8')).toBe(payload())
  })

  it.each(['', 'devices.json'])(
    'writes nowhere that the service may not read: “%s”',
    async (to) => {
      vi.stubEnv('ECARD_PASSKEY_METADATA', to === '' ? undefined : to)
      expect(await ecard(payload())).toContain('Set ECARD_PASSKEY_METADATA to an absolute path')
      await expect(ecard(payload(), '--apply')).rejects.toMatchObject({
        ...{ code: 'INPUT_INVALID', facts: { field: 'ECARD_PASSKEY_METADATA' } },
      })
    },
  )

  it('says every refusal in both languages', () => {
    const facts = { signer: 'CN=a', no: 1, replacedNo: 2 }
    for (const [reason, say] of Object.entries(passkeyMetadataVi.refusals))
      expect([reason, /\p{M}|đ/iu.test(say(facts).normalize('NFD'))]).toEqual([reason, true])
    const reasons = Object.keys(passkeyMetadataVi.refusals)
    expect(Object.keys(passkeyMetadataEn.refusals)).toEqual(reasons)
  })
})

function pemOf(der: Buffer): string {
  return new X509Certificate(der).toString()
}

/** Another payload under the signature. */
function swapPayload(jws: string): string {
  const [header = '', , signature = ''] = jws.split('.')
  const swapped = Buffer.from(payload({ no: 99 })).toString('base64url')
  return [header, swapped, signature].join('.')
}

/** The command in this process, on a file with `content`. @throws AppError */
async function ecard(content: string, ...args: string[]): Promise<string> {
  const file = join(folder, 'received')
  await writeFile(file, content)
  const lines: string[] = []
  const spy = vi.spyOn(console, 'log').mockImplementation((text) => void lines.push(String(text)))
  try {
    const program = new Command('ecard').addCommand(passkeyCommand())
    await program.parseAsync(['passkey', 'metadata', file, ...args], { from: 'user' })
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new Error('the command did not refuse, it broke', { cause: error })
  } finally {
    spy.mockRestore()
  }
  return lines.join('\n')
}
