import { Command } from 'commander'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createPasskeyFixture,
  refusalOf,
  signInBy,
  type PasskeyFixture,
} from '../../test/support/passkey-fixture.ts'
import { whileServing } from '../../test/support/serving-node.ts'
import { AppError } from '../../src/errors.ts'
import { passkeyCommand } from './passkey.ts'

let fixture: PasskeyFixture

beforeAll(async () => {
  fixture = await createPasskeyFixture()
})
beforeEach(() => {
  vi.stubEnv('DATABASE_URL', fixture.databaseUrl)
  vi.stubEnv('ECARD_LANG', 'en')
})
afterEach(() => {
  vi.unstubAllEnvs()
})
afterAll(async () => {
  await fixture.close()
})

describe('ecard passkey', () => {
  it('lists what a holder has, without keys', async () => {
    const { session, passkey } = await fixture.registered()
    const table = await ecard('list', session.holder.id)
    expect(table).toContain(`${passkey.id}  Điện thoại  in use  on one device`)
    const listed = JSON.parse(await ecard('list', session.holder.id, '--json')) as object
    expect(listed).toMatchObject({ id: passkey.id, state: 'active' })
    expect(Object.keys(listed)).not.toContain('publicKey')
    expect(Object.keys(listed)).not.toContain('userHandle')
  })

  it('revokes one with --apply, and without it only says so', async () => {
    const { device, passkey } = await fixture.registered()
    const planned = await ecard('revoke', passkey.id, '--reason', 'telephone stolen')
    expect(planned).toContain('Passkey “Điện thoại” of Nguyễn Văn Mẫu: revoked')
    expect(await signInBy(fixture.deps, device)).toMatchObject({ passkeyId: passkey.id })
    const done = await ecard('revoke', passkey.id, '--reason', 'telephone stolen', '--apply')
    expect(done).toContain('1 revoked.\nNo service has answered. It signs nobody in any more')
    expect(await refusalOf(signInBy(fixture.deps, device))).toBe('passkey-revoked')
    const [event] = await fixture.audit.listRecent({ event: 'passkey.revoked' })
    expect(event).toMatchObject({ actor: 'ecard', reason: 'telephone stolen' })
  })

  it('tells the holder by mail where the service has a mail server', async () => {
    const { session, passkey } = await fixture.registered()
    const set = 'update holders set email = $2 where id = $1'
    await fixture.db.query(set, [session.holder.id, 'mau@minhhoa.example'])
    vi.stubEnv('ECARD_SMTP_HOST', 'mail.minhhoa.example')
    vi.stubEnv('ECARD_MAIL_FROM', 'the@minhhoa.example')
    const revoke = ['revoke', passkey.id, '--reason', 'telephone stolen', '--apply']
    const done = await whileServing(fixture.db, () => ecard(...revoke))
    expect(done).toMatch(/There was no session of a passkey named here\.$/)
    const { rows } = await fixture.db.query('select template, to_address from mails')
    expect(rows).toEqual([{ template: 'passkey-revoked', to_address: 'mau@minhhoa.example' }])
  })

  it('revokes all of a holder, those that may have a copy too', async () => {
    const first = await fixture.registered()
    await fixture.registered({ session: first.session })
    await signInBy(fixture.deps, first.device)
    await refusalOf(signInBy(fixture.deps, first.device, { signCount: 1 }))
    const { id } = first.session.holder
    const revoke = ['revoke', '--holder', id, '--reason', 'left', '--apply', '--json']
    const told = await whileServing(fixture.db, () => ecard(...revoke))
    const all = { applied: true, passkeys: [{}, {}], sessionsEnded: true, applications: [] }
    expect(JSON.parse(told)).toMatchObject(all)
    expect(await ecard('list', id)).toBe('Nguyễn Văn Mẫu has no passkey.')
    expect((await ecard('list', id, '--all')).split('\n')).toHaveLength(3)
  })

  it.each([
    ['NOT_FOUND', ['revoke', '6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071', '--reason', 'lost']],
    ['INPUT_INVALID', ['revoke', '--reason', 'neither one nor all']],
    ['INPUT_INVALID', ['revoke', 'one', '--holder', 'all', '--reason', 'both']],
    ['INPUT_INVALID', ['revoke', 'one', '--reason', ' ']],
    ['NOT_FOUND', ['list', '000000000000']],
  ])('refuses with %s: %j', async (code, args) => {
    await expect(ecard(...args)).rejects.toMatchObject({ code })
  })
})

/** The command in this process: starting one takes seconds. @throws AppError */
async function ecard(...args: string[]): Promise<string> {
  const lines: string[] = []
  const spy = vi.spyOn(console, 'log').mockImplementation((text) => void lines.push(String(text)))
  try {
    await new Command('ecard').addCommand(passkeyCommand()).parseAsync(['passkey', ...args], {
      from: 'user',
    })
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new Error('the command did not refuse, it broke', { cause: error })
  } finally {
    spy.mockRestore()
  }
  return lines.join('\n')
}
