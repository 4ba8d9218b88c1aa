import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { cardRequest } from '../../test/support/card-request.ts'
import { createPkiFixture, writePem, type PkiFixture } from '../../test/support/pki-fixture.ts'
import { makeSigningRequest } from '../../test/support/signing-requests.ts'
import { systemClock } from '../../src/clock.ts'
import { AppError } from '../../src/errors.ts'
import { createDevelopmentPki } from '../../src/pki/development-pki.ts'
import { issueCardCertificate } from '../../src/pki/issue-card-certificate.ts'
import type { RegisteredCertificate } from '../../src/pki/registered-certificate.ts'
import { certificateCommand } from './certificate.ts'

const dayMs = 86_400_000
let fixture: PkiFixture
let citizen: RegisteredCertificate
let servant: RegisteredCertificate
let ending: RegisteredCertificate
let nationalNumber: string

beforeAll(async () => {
  fixture = await createPkiFixture()
  // Commands go by the machine's clock.
  fixture.now = systemClock.now()
  await createDevelopmentPki(fixture.deps)
  const asked = await cardRequest(fixture, { kind: 'citizen' })
  nationalNumber = asked.holder.type === 'person' ? asked.holder.nationalNumber : ''
  citizen = await issueCardCertificate(fixture.deps, asked)
  servant = await issueCardCertificate(fixture.deps, await cardRequest(fixture, { slot: '9A' }))
  const expiresAt = new Date(fixture.now.getTime() + 20 * dayMs)
  const kind = 'enterprise'
  ending = await issueCardCertificate(fixture.deps, await cardRequest(fixture, { kind, expiresAt }))
  await writeFile(join(fixture.folder, 'passphrase'), 'only for tests')
  const environment = {
    DATABASE_URL: fixture.url,
    ECARD_DATA_DIR: fixture.folder,
    ECARD_KEYSTORE_PASSPHRASE_FILE: join(fixture.folder, 'passphrase'),
    ECARD_ISSUER: 'http://localhost:1',
    ECARD_LANG: 'en',
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await fixture.close()
})

interface Said {
  readonly status: number
  readonly output: string
}

/** The command with what it prints, in this process: starting one takes seconds. */
async function ecard(...args: string[]): Promise<Said> {
  const lines: string[] = []
  const say = (text: unknown): void => void lines.push(String(text))
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(say),
    vi.spyOn(console, 'error').mockImplementation(say),
  ]
  const certificate = certificateCommand()
  for (const below of certificate.commands) {
    below.exitOverride().configureOutput({ writeErr: say, writeOut: say })
  }
  try {
    await new Command('ecard').addCommand(certificate).parseAsync(['certificate', ...args], {
      from: 'user',
    })
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof CommanderError)) throw error
    say(`${error.code}: ${error.message}`)
    process.exitCode = error instanceof AppError ? 1 : 2
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  const status = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return { status, output: lines.map((line) => `${line}\n`).join('') }
}

describe('ecard certificate list and find', () => {
  it('lists certificates with whom they are for', async () => {
    const { output } = await ecard('list')
    for (const { serialNumber } of [citizen, servant, ending])
      expect(output).toContain(serialNumber)
    expect(output).toContain(`9A of card ${servant.cardUuid ?? ''}`)
    expect(output).toContain('Công ty TNHH Ví Dụ')
  })

  it('lists only what is asked for', async () => {
    const { output } = await ecard('list', '--authority', 'citizen', '--json')
    const all = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { serialNumber: string })
    expect(all.map(({ serialNumber }) => serialNumber)).toEqual([citizen.serialNumber])
    expect((await ecard('list', '--status', 'revoked')).output).toBe('None.\n')
    expect((await ecard('list', '--limit', '1')).output.trim().split('\n')).toHaveLength(2)
  })

  it('finds one by whatever a person may have', async () => {
    const { serialNumber, fingerprint } = citizen
    const pairs = (hex: string) => hex.toUpperCase().replace(/..(?!$)/g, '$&:')
    const hex = fingerprint.toString('hex')
    const card = citizen.cardUuid ?? ''
    for (const text of [serialNumber, pairs(serialNumber), hex, pairs(hex), card, nationalNumber]) {
      const { output } = await ecard('find', text)
      expect(output, text).toContain(serialNumber)
      expect(output, text).not.toContain(servant.serialNumber)
    }
    expect((await ecard('find', '%')).output).toBe('None.\n')
  })

  it('lists those that end within so many days', async () => {
    const { output } = await ecard('expiring', '--days', '30')
    expect(output).toContain(ending.serialNumber)
    expect(output).not.toContain(citizen.serialNumber)
    expect((await ecard('expiring', '--days', '10')).output).toBe('None.\n')
  })

  it('shows one as PEM, which OpenSSL reads', async () => {
    const { output } = await ecard('show', citizen.serialNumber)
    expect(output).toContain('Status         active since ')
    expect(output).toContain(`SHA-256        ${citizen.fingerprint.toString('hex')}`)
    expect(output).toContain('Key            prime256v1')
    const pem = /-----BEGIN[^]*-----\n/.exec(output)?.[0] ?? ''
    expect(new X509Certificate(pem).raw.equals(citizen.der)).toBe(true)
  })

  it('says when there is none', async () => {
    const { status, output } = await ecard('show', '4a4a4a')
    expect({ status, output }).toEqual({
      status: 1,
      output: 'NOT_FOUND: There is no certificate 4a4a4a. Check the number.\n',
    })
  })

  it.each([
    ['list', '--card', 'no-uuid'],
    ['list', '--limit', '0'],
    ['expiring', '--days', '-1'],
    ['list', '--status', 'gone'],
  ])('calls %s %s %s wrong usage', async (...args) => {
    expect((await ecard(...args)).status).toBe(2)
  })
})

describe('ecard certificate export', () => {
  it('writes a table that is read back cell by cell', async () => {
    const out = join(fixture.folder, 'all.csv')
    expect((await ecard('export', '--out', out)).output).toContain('3 certificates')
    const options = { bom: true, columns: true } as const
    const rows = parse<Record<string, string>>(await readFile(out, 'utf8'), options)
    const row = rows.find((one) => one['serial_number'] === citizen.serialNumber)
    expect(row).toMatchObject({
      ...{ authority: 'citizen', status: 'active', slot: '9E', card_kind: 'citizen', reason: '' },
      ...{ holder_name: 'Nguyễn Văn Mẫu', card_uuid: citizen.cardUuid },
      sha256: citizen.fingerprint.toString('hex'),
      subject: citizen.subject,
    })
  })

  it('writes certificates that OpenSSL reads, in one file', async () => {
    const out = join(fixture.folder, 'ending.pem')
    await ecard('export', '--format', 'pem', '--expiring', '30', '--out', out)
    const text = await readFile(out, 'utf8')
    expect(new X509Certificate(text).raw.equals(ending.der)).toBe(true)
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(1)
  })

  it.each(['csv', 'pem'])('writes over no file that is there: %s', async (format) => {
    const out = join(fixture.folder, `there.${format}`)
    await writeFile(out, 'mine')
    expect((await ecard('export', '--format', format, '--out', out)).status).toBe(1)
    expect(await readFile(out, 'utf8')).toBe('mine')
  })
})

describe('ecard certificate revoke, hold and release', () => {
  async function statusOf({ authorityId, serialNumber }: RegisteredCertificate) {
    return (await fixture.deps.certificates.findBySerial(authorityId, serialNumber))?.status
  }

  it('says what would change, and changes it with --apply', async () => {
    const { serialNumber } = servant
    const dryRun = await ecard('hold', serialNumber)
    expect(dryRun.output).toContain('active -> suspended\nNothing changed. Add --apply to do it.\n')
    expect(await statusOf(servant)).toBe('active')
    expect(await ecard('hold', serialNumber, '--apply', '--note', 'lost?')).toMatchObject({
      status: 0,
    })
    expect(await statusOf(servant)).toBe('suspended')
    const wish = await ecard('release', serialNumber, '--json')
    expect(JSON.parse(wish.output)).toMatchObject({
      ...{ applied: false, isPossible: true, serialNumber },
      ...{ from: 'suspended', to: 'active' },
    })
    expect(await statusOf(servant)).toBe('suspended')
    await ecard('release', serialNumber, '--apply')
    expect(await statusOf(servant)).toBe('active')
    await ecard(
      'revoke',
      serialNumber,
      '--reason',
      'keyCompromise',
      '--apply',
      '--by',
      'Lê Minh Họa',
    )
    expect(await statusOf(servant)).toBe('revoked')
    const [event] = await fixture.deps.audit.listRecent({ event: 'certificate.revoked' })
    expect(event).toMatchObject({ actor: 'Lê Minh Họa', outcome: 'succeeded' })
  })

  it('says what is not possible, and fails', async () => {
    const { serialNumber } = servant
    const { status, output } = await ecard('release', serialNumber)
    expect(status).toBe(1)
    expect(output).toContain('This is not possible.')
    const applied = await ecard('release', serialNumber, '--apply')
    expect(applied).toMatchObject({ status: 1 })
    expect(applied.output).toContain('CERTIFICATE_TRANSITION_REFUSED')
  })

  it('wants a reason of RFC 5280 for a revocation', async () => {
    expect((await ecard('revoke', citizen.serialNumber, '--apply')).status).toBe(2)
    const other = await ecard('revoke', citizen.serialNumber, '--reason', 'because')
    expect(other.status).toBe(2)
  })
})

describe('ecard certificate issue-server', () => {
  it('signs nothing without --apply, and then a certificate with its chain', async () => {
    const { pem, publicKey } = makeSigningRequest({ dnsNames: ['db.internal'] })
    const [csr, out] = [join(fixture.folder, 'db.csr'), join(fixture.folder, 'db.pem')]
    await writeFile(csr, pem)
    const args = ['issue-server', '--csr', csr, '--dns', 'db.internal', '--out', out]
    expect((await ecard(...args)).output).toContain('Nothing was signed.')
    await expect(readFile(out)).rejects.toThrow('ENOENT')
    expect((await ecard(...args, '--apply')).output).toContain(`written to ${out}`)
    const certificate = new X509Certificate(await readFile(out))
    expect(certificate.publicKey.export({ format: 'der', type: 'spki' })).toEqual(publicKey)
    expect(certificate.checkHost('db.internal')).toBe('db.internal')
    const root = await fixture.deps.certificates.findIssuingAuthority('root')
    const rootFile = join(fixture.folder, 'root.pem')
    await writePem(rootFile, root?.certificateDer ?? Buffer.of())
    const files = ['-CAfile', rootFile, '-untrusted', out, out]
    expect(execFileSync('openssl', ['verify', '-x509_strict', ...files]).toString()).toContain('OK')
  })

  it('refuses names that the profile does not have, naming the field', async () => {
    const csr = join(fixture.folder, 'other.csr')
    await writeFile(csr, makeSigningRequest().pem)
    const out = join(fixture.folder, 'other.pem')
    const args = ['issue-server', '--csr', csr, '--dns', 'id.example', '--out', out, '--apply']
    const { status, output } = await ecard(...args)
    expect(status).toBe(1)
    expect(output).toContain('CERTIFICATE_REQUEST_REFUSED: certificate request refused: dnsNames')
    await expect(readFile(out)).rejects.toThrow('ENOENT')
  })
})
