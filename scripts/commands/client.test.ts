import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { insertAgency } from '../../test/support/registry.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import type { Database } from '../../src/db/pool.ts'
import { AppError } from '../../src/errors.ts'
import { clientFaultReasons } from '../../src/oidc/client-refused.ts'
import { createClientStore } from '../../src/oidc/client-store.ts'
import { isSecretOf } from '../../src/oidc/clients.ts'
import { clientEn } from '../words/client-en.ts'
import { clientVi } from '../words/client-vi.ts'
import { clientCommand } from './client.ts'

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let folder: string

beforeAll(async () => {
  database = await migratedTestDatabase()
  db = database.db
  folder = await mkdtemp(join(tmpdir(), 'ecard-client-'))
  vi.stubEnv('DATABASE_URL', database.url)
  vi.stubEnv('ECARD_ISSUER', 'http://localhost:1')
  vi.stubEnv('ECARD_DATA_DIR', folder)
  vi.stubEnv('ECARD_LANG', 'en')
  const province = await insertAgency(db, { code: 'MH', kind: 'province' })
  await insertAgency(db, { code: 'MH-VP', parentId: province.id })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
  await database.drop()
})

/** The command in this process: starting one takes seconds. */
async function ecard(...args: string[]): Promise<{ status: number; output: string }> {
  const lines: string[] = []
  const say = (text: unknown): void => void lines.push(String(text))
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(say),
    vi.spyOn(console, 'error').mockImplementation(say),
  ]
  let status = 0
  try {
    await new Command('ecard').addCommand(clientCommand()).parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    say(`${error.code}: ${error.message}`)
    status = 1
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return { status, output: lines.join('\n') }
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { output } = await ecard(...args, '--json')
  return JSON.parse(output) as Record<string, unknown>
}

const find = (id: string) => createClientStore(db).find(id)
const meetings = [
  ...['--name-vi', 'Đăng ký, xếp lịch họp và gửi giấy mời', '--name-en', 'Meetings'],
  ...['--agency', 'MH-VP', '--redirect-uri', 'https://hop.minhhoa.example/callback'],
  ...['--backchannel-logout-uri', 'https://hop.minhhoa.example/logout'],
  ...['--auth', 'client_secret_basic', '--level', 'substantial', '--card-kind', 'civil-servant'],
]

describe('ecard client', () => {
  it('registers an application after a dry run, and shows its secret once', async () => {
    const planned = await ecard('client', 'add', 'lich-hop', ...meetings)
    expect(planned.output).toContain('Nothing changed. Add --apply to do it.')
    expect(await find('lich-hop')).toBeNull()

    const { status, output } = await ecard('client', 'add', 'lich-hop', ...meetings, '--apply')
    expect({ status, output }).toMatchObject({ status: 0 })
    const [, secret = ''] = /^Secret: ([\w-]{43})$/m.exec(output) ?? []
    const registered = await find('lich-hop')
    if (registered === null) throw new Error(output)
    expect(isSecretOf(registered, secret, new Date())).toBe(true)
    expect(registered.policy).toMatchObject({ leastLevel: 'substantial', agencyIds: null })

    const shown = await ecard('client', 'show', 'lich-hop')
    expect(shown.output).toContain('https://hop.minhhoa.example/callback')
    expect(shown.output).toMatch(/^Run by +MH-VP$/m)
    const hash = registered.secretHash?.toString('hex') ?? 'none'
    const all = [shown.output, JSON.stringify(await json('client', 'show', 'lich-hop'))].join()
    for (const kept of [secret, hash]) expect(all).not.toContain(kept)
    expect((await ecard('client', 'list')).output).toMatch(/^lich-hop +active +substantial/m)
  })

  it('takes keys from a file, and tells scripts what it did', async () => {
    const jwks = join(folder, 'keys.json')
    const key = { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43), alg: 'ES256' }
    await writeFile(jwks, JSON.stringify({ keys: [key] }))
    const own = ['--name-vi', 'Tiếp dân', '--name-en', 'Reception', '--jwks', jwks]
    const kinds = ['--card-kind', 'citizen', 'enterprise', '--card-compulsory-from', '2027-01-01']
    const uris = ['--redirect-uri', 'https://td.example/a', 'https://td.example/b']
    const args = ['add', 'tiep-dan', ...own, ...uris, '--auth', 'private_key_jwt', ...kinds]
    expect(await json('client', ...args)).toMatchObject({ clientId: 'tiep-dan', applied: false })
    expect(await json('client', ...args, '--apply')).toMatchObject({
      ...{ applied: true, secret: null, hasSecret: false },
      metadata: { redirect_uris: ['https://td.example/a', 'https://td.example/b'] },
      policy: { cardKinds: ['citizen', 'enterprise'], agencies: null },
    })
    const compulsory = (await find('tiep-dan'))?.policy.cardCompulsoryFrom
    expect(compulsory?.toISOString()).toBe('2026-12-31T17:00:00.000Z')
  })

  it('names each field that it refuses, in both languages, and registers nothing', async () => {
    const wrong = ['--name-vi', ' ', '--name-en', 'Wrong', '--redirect-uri', 'http://sai.example']
    const rest = ['--auth', 'none', '--card-kind', 'citizen', '--scope', 'salary', '--apply']
    const refused = await ecard('client', 'add', 'sai', ...wrong, ...rest)
    expect(refused).toEqual({
      status: 1,
      output: [
        'CLIENT_REFUSED: Vietnamese name (--name-vi): it is empty',
        '  Redirect address (--redirect-uri): it has to begin with https, or http on this machine (localhost) (http://sai.example)',
        '  Scope (--scope): there is no such scope; there are profile, agency, organisation, card (salary)',
      ].join('\n'),
    })
    vi.stubEnv('ECARD_LANG', 'vi')
    const inVietnamese = await ecard('client', 'add', 'sai', ...wrong, ...rest)
    vi.stubEnv('ECARD_LANG', 'en')
    expect(inVietnamese.output).toContain('Tên tiếng Việt (--name-vi): đang để trống')
    const agency = await ecard('client', 'add', 'sai', ...meetings, '--for-agency', 'MH-KHONG')
    expect(agency.output).toContain('there is no agency with this code')
    const file = await ecard('client', 'add', 'sai', ...meetings, '--jwks', join(folder, 'none'))
    expect(file.output).toMatch(/^INPUT_INVALID: .* cannot be read or is not JSON\.$/)
    expect(await find('sai')).toBeNull()
  })

  it('changes the policy that is named, with a reason', async () => {
    const change = [
      'policy',
      'lich-hop',
      '--level',
      'high',
      '--for-agency',
      'MH',
      '--reason',
      'thử',
    ]
    expect(await json('client', ...change)).toMatchObject({ applied: false })
    expect((await find('lich-hop'))?.policy.leastLevel).toBe('substantial')
    await ecard('client', ...change, '--apply')
    expect(await json('client', 'show', 'lich-hop')).toMatchObject({
      policy: { leastLevel: 'high', agencies: ['MH'], cardKinds: ['civil-servant'] },
    })
    await ecard('client', 'policy', 'lich-hop', '--for-agency', 'all', '--reason', 'thử', '--apply')
    expect((await find('lich-hop'))?.policy.agencyIds).toBeNull()
    const nothing = await ecard('client', 'policy', 'lich-hop', '--reason', 'thử', '--apply')
    expect(nothing).toMatchObject({ status: 1 })
    const silent = await ecard('client', 'policy', 'lich-hop', '--level', 'low', '--reason', ' ')
    expect(silent.output).toMatch(/^INPUT_INVALID: The reason is empty/)
  })

  it('changes names and addresses after a dry run that shows before and after', async () => {
    const moved = 'https://hop2.minhhoa.example/callback'
    const change = ['client', 'change', 'lich-hop', '--name-en', 'Meeting rooms']
    const wanted = [...change, '--redirect-uri', moved, '--backchannel-logout-uri', 'none']
    const because = ['--reason', 'chuyển máy chủ']
    const before = await find('lich-hop')
    expect((await ecard(...wanted, ...because)).output).toBe(
      [
        'Name: Đăng ký, xếp lịch họp và gửi giấy mời / Meetings -> Đăng ký, xếp lịch họp và gửi giấy mời / Meeting rooms',
        `Back to: https://hop.minhhoa.example/callback -> ${moved}`,
        'Notices to: https://hop.minhhoa.example/logout -> takes no notices',
        'Nothing changed. Add --apply to do it.',
      ].join('\n'),
    )
    expect(await find('lich-hop')).toEqual(before)
    expect(await json(...wanted, ...because, '--apply')).toMatchObject({
      ...{ applied: true, secret: null, metadata: { redirect_uris: [moved] } },
    })
    const after = await find('lich-hop')
    expect(after).toMatchObject({ secretHash: before?.secretHash, policy: before?.policy })
    expect(after?.metadata).not.toHaveProperty('backchannel_logout_uri')
    const [event] = await createAuditStore(db).listRecent({ clientId: 'lich-hop' })
    expect(event).toMatchObject({
      ...{ event: 'client.changed', reason: 'chuyển máy chủ', actor: 'ecard' },
      facts: {
        ...{ nameEnBefore: 'Meetings', nameEn: 'Meeting rooms', redirectUris: moved },
        ...{ redirectUrisBefore: 'https://hop.minhhoa.example/callback' },
        ...{ backchannelLogoutUriBefore: 'https://hop.minhhoa.example/logout' },
        backchannelLogoutUri: null,
      },
    })
    const again = await ecard(...wanted, ...because, '--apply')
    expect(again.output).toBe('It is so already.')
  })

  it('changes the proof: keys end the secret, and a secret is made where there was none', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = { ...publicKey.export({ format: 'jwk' }), alg: 'ES256' }
    const jwks = join(folder, 'new-keys.json')
    await writeFile(jwks, JSON.stringify({ keys: [key] }))
    const change = ['client', 'change', 'lich-hop', '--reason', 'thử']
    const byKey = [...change, '--auth', 'private_key_jwt', '--jwks', jwks]
    expect(await json(...byKey, '--apply')).toMatchObject({ hasSecret: false, secret: null })
    expect(await find('lich-hop')).toMatchObject({ secretHash: null, metadata: { jwks: {} } })
    const bySecret = [...change, '--auth', 'client_secret_basic']
    expect((await ecard(...bySecret)).output).toContain('The application would get a secret.')
    const { secret } = await json(...bySecret, '--apply')
    const kept = await find('lich-hop')
    if (kept === null) throw new Error('it is gone')
    expect(isSecretOf(kept, String(secret), new Date())).toBe(true)
    expect(kept.metadata).not.toHaveProperty('jwks')
  })

  it('refuses a change by the rules of registration, and one of nothing', async () => {
    const before = await find('lich-hop')
    const change = ['client', 'change', 'lich-hop', '--apply', '--reason', 'thử']
    for (const [wrong, refusal] of [
      [['--redirect-uri', 'http://sai.example'], /^CLIENT_REFUSED: Redirect address .* https/],
      [['--name-vi', ' '], /^CLIENT_REFUSED: Vietnamese name .* it is empty/],
      [['--jwks-uri', 'https://sai.example/keys'], /only private_key_jwt has keys/],
      [['--auth', 'private_key_jwt'], /needs one of the two: --jwks or --jwks-uri/],
      [['--agency', 'MH-KHONG'], /there is no agency with this code/],
      [[], /^INPUT_INVALID: Say what to change\. See: ecard client change --help/],
    ] as const)
      expect((await ecard(...change, ...wrong)).output).toMatch(refusal)
    expect(await find('lich-hop')).toEqual(before)
  })

  it('rotates a secret with a grace for the old one, and only where there is one', async () => {
    const before = await find('lich-hop')
    const rotate = ['client', 'rotate', 'lich-hop', '--reason', 'định kỳ']
    expect((await ecard(...rotate)).output).toContain('would count for 24 hours more')
    expect(await find('lich-hop')).toEqual(before)
    const rotated = await json(...rotate, '--grace-hours', '48', '--apply')
    const kept = await find('lich-hop')
    expect(kept?.previousSecret?.hash).toEqual(before?.secretHash)
    expect(kept?.previousSecret?.until.toISOString()).toBe(rotated['previousUntil'])
    expect((await ecard('client', 'show', 'lich-hop')).output).toMatch(/^Old secret +until /m)
    const wrong = await ecard('client', 'rotate', 'tiep-dan', '--reason', 'thử')
    expect(wrong.output).toContain('this application has no secret')
  })

  it('disables and enables, and keeps who did what and why', async () => {
    const disable = ['client', 'disable', 'lich-hop', '--reason', 'ngừng sử dụng']
    expect((await ecard(...disable)).output).toContain('Nothing changed')
    expect(await json(...disable, '--apply')).toMatchObject({ state: 'disabled', applied: true })
    expect((await find('lich-hop'))?.state).toBe('disabled')
    await ecard('client', 'enable', 'lich-hop', '--reason', 'dùng lại', '--apply')
    const events = await createAuditStore(db).listRecent({ clientId: 'lich-hop' })
    expect(events.map(({ event, reason, actor }) => [event, reason, actor])).toEqual([
      ['client.enabled', 'dùng lại', 'ecard'],
      ['client.disabled', 'ngừng sử dụng', 'ecard'],
      ['client.secret-rotated', 'định kỳ', 'ecard'],
      ['client.changed', 'thử', 'ecard'],
      ['client.changed', 'thử', 'ecard'],
      ['client.changed', 'chuyển máy chủ', 'ecard'],
      ['client.policy-changed', 'thử', 'ecard'],
      ['client.policy-changed', 'thử', 'ecard'],
      ['client.registered', null, 'ecard'],
    ])
  })

  it('knows no application that is not there', async () => {
    for (const args of [['show'], ['disable', '--reason', 'x'], ['rotate', '--reason', 'x']]) {
      const [verb = '', ...rest] = args
      const { output } = await ecard('client', verb, 'khong-co', ...rest)
      expect(output).toBe('NOT_FOUND: There is no application khong-co. See: ecard client list')
    }
  })

  it('has a sentence for each fault in both languages', () => {
    for (const reason of clientFaultReasons)
      expect(clientVi.faults[reason]).not.toBe(clientEn.faults[reason])
  })
})
