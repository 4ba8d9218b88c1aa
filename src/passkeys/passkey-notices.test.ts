import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMailServer } from '../../test/support/mail-server.ts'
import {
  createPasskeyFixture,
  passkeyOrigin,
  refusalOf,
  signInBy,
  type HolderSession,
  type PasskeyDeps,
  type PasskeyFixture,
} from '../../test/support/passkey-fixture.ts'
import { insertPerson, insertTerminal } from '../../test/support/registry.ts'
import { createSoftAuthenticator } from '../../test/support/soft-authenticator.ts'
import { silentLog } from '../log.ts'
import { createMailDelivery } from '../mail/deliver-mails.ts'
import { createMailStore } from '../mail/mail-store.ts'
import { createSmtpTransport } from '../mail/smtp-transport.ts'
import { isConfirmed, removeOwnPasskey, renameOwnPasskey } from './change-own-passkey.ts'
import { revokePasskey } from './end-passkey.ts'
import { createPasskeyNotices, noticingPasskeyStore } from './passkey-notices.ts'
import type { UsedAt } from './passkey.ts'
import { beginPasskeyRegistration, finishPasskeyRegistration } from './register-passkey.ts'

const usedAt: UsedAt = { terminalId: null, device: 'Chrome, Windows' }
const off = createPasskeyNotices({ areSent: false })
let fixture: PasskeyFixture

beforeAll(async () => {
  fixture = await createPasskeyFixture()
})
afterAll(() => fixture.close())

describe('the holder of a passkey', () => {
  it('gets a mail about each change, whoever made it', async () => {
    const email = 'mau@minhhoa.example'
    const session = await signedIn(email)
    const { device, passkey } = await register(session)
    const passkeyId = passkey.id
    await renameOwnPasskey(own(), session, { passkeyId, usedAt, name: 'Máy mới' })
    await signInBy(fixture.deps, device)
    expect(await refusalOf(signInBy(noticing(), device, { signCount: 1 }))).toBe(
      'counter-went-back',
    )
    await removeOwnPasskey(own(), session, { passkeyId, usedAt })
    const other = await register(session)
    const revocation = { passkeyId: other.passkey.id, holderId: null, reason: 'lost' }
    await revokePasskey(fixture, { ...revocation, actor: 'ecard' })
    expect(await subjectsSentTo(email)).toEqual([
      'Khóa truy cập có thể đã bị sao chép · A passkey may have been copied',
      'Khóa truy cập đã bị thu hồi · A passkey was revoked',
      'Đã gỡ bỏ khóa truy cập · A passkey was removed',
      'Đã thêm khóa truy cập · A passkey was added',
      'Đã thêm khóa truy cập · A passkey was added',
      'Đã đổi tên khóa truy cập · A passkey was renamed',
    ])
  })

  it('is told which one it was and where, and nothing else', async () => {
    const { id: terminalId } = await insertTerminal(fixture.db, { name: 'Quầy 3' })
    const session = await signedIn('where@minhhoa.example')
    const { passkey } = await register(session)
    const change = { passkeyId: passkey.id, usedAt: { ...usedAt, terminalId } }
    await renameOwnPasskey(own(), session, { ...change, name: 'Máy mới' })
    expect(await factsFor('where@minhhoa.example', 'passkey-renamed')).toEqual({
      holder: 'Nguyễn Văn Mẫu',
      at: fixture.clock.now().toISOString(),
      passkey: 'Máy mới',
      formerName: 'Điện thoại',
      terminal: 'Quầy 3',
      device: 'Chrome, Windows',
    })
  })

  it('is told nothing of a name that stays, nor of what did not happen', async () => {
    const email = 'same@minhhoa.example'
    const session = await signedIn(email)
    const { passkey } = await register(session)
    const change = { passkeyId: passkey.id, usedAt }
    await renameOwnPasskey(own(), session, { ...change, name: passkey.name })
    const failing = { ...own(), db: failingAfterwards(fixture.db) }
    await expect(removeOwnPasskey(failing, session, change)).rejects.toThrow('not committed')
    expect(await templatesFor(email)).toEqual(['passkey-registered'])
    expect(await fixture.passkeys.find(passkey.id)).toMatchObject({ state: 'active' })
  })

  it('is told nothing without a mail server or a usable address, and can change things still', async () => {
    const silent = await signedIn('silent@minhhoa.example')
    const { passkey } = await register(silent, noticing(off))
    const change = { passkeyId: passkey.id, usedAt }
    await removeOwnPasskey({ ...own(), passkeyNotices: off }, silent, change)
    expect(await templatesFor('silent@minhhoa.example')).toEqual([])
    for (const email of [null, 'a@x.example, b@x.example']) {
      const session = await signedIn(email)
      const { passkey: made } = await register(session)
      await removeOwnPasskey(own(), session, { passkeyId: made.id, usedAt })
    }
    const { rows } = await fixture.db.query(`select from mails where to_address like '%x.example'`)
    expect(rows).toEqual([])
  })
})

describe('a change of one’s own', () => {
  const now = new Date('2026-11-21T01:05:00Z')
  const at = now.getTime() / 1000
  const signIn = { cardUuid: null, cardKind: 'civil-servant', at } as const

  it.each([
    [true, { method: 'card', level: 'high' }],
    [true, { method: 'passkey', level: 'substantial' }],
    [false, { method: 'card', level: 'low' }],
    [false, { method: 'pass', level: 'low' }],
    [true, { method: 'passkey', level: 'substantial', at: at - 300 }],
    [false, { method: 'passkey', level: 'substantial', at: at - 301 }],
  ] as const)('is possible: %s, after %j', (expected, given) => {
    expect(isConfirmed({ ...signIn, ...given }, now)).toBe(expected)
  })

  it('is refused, and the refusal audited, where nothing was shown within five minutes', async () => {
    const session = await signedIn(null)
    const { passkey } = await register(session)
    fixture.clock.advance(301)
    const change = { passkeyId: passkey.id, usedAt }
    for (const work of [
      removeOwnPasskey(own(), session, change),
      renameOwnPasskey(own(), session, { ...change, name: 'Một' }),
    ])
      expect(await refusalOf(work)).toBe('change-not-confirmed')
    const [event] = await fixture.audit.listRecent({ event: 'passkey.refused' })
    expect(event).toMatchObject({
      reason: 'change-not-confirmed',
      holderId: session.holder.id,
      outcome: 'refused',
    })
  })

  it('is refused for another holder’s, as if there were none', async () => {
    const [mine, theirs] = [await signedIn(null), await signedIn('theirs@minhhoa.example')]
    const { passkey } = await register(theirs)
    const change = { passkeyId: passkey.id, usedAt }
    const missing = { code: 'NOT_FOUND' }
    await expect(removeOwnPasskey(own(), mine, change)).rejects.toMatchObject(missing)
    const renaming = renameOwnPasskey(own(), mine, { ...change, name: 'Một' })
    await expect(renaming).rejects.toMatchObject(missing)
    expect(await templatesFor('theirs@minhhoa.example')).toEqual(['passkey-registered'])
  })
})

function own() {
  const { db, clock, audit, passkeyNotices } = fixture
  return { db, clock, audit, passkeyNotices }
}

/** As the service binds them. */
function noticing(passkeyNotices = fixture.passkeyNotices): PasskeyDeps {
  const within = { db: fixture.db, passkeyNotices }
  const passkeys = { ...fixture.passkeys, ...noticingPasskeyStore(within, usedAt) }
  return { ...fixture.deps, passkeys }
}

async function signedIn(email: string | null): Promise<HolderSession> {
  const { id } = await insertPerson(fixture.db, { email })
  return fixture.signedIn(id)
}

async function register(session: HolderSession, deps = noticing()) {
  const device = createSoftAuthenticator({ origin: passkeyOrigin, counts: true })
  const { challengeId, options } = await beginPasskeyRegistration(deps, session)
  const attempt = { challengeId, name: 'Điện thoại', response: device.create(options) }
  return { device, passkey: await finishPasskeyRegistration(deps, session, attempt) }
}

/** Everything is done, and then it is not. */
function failingAfterwards(db: PasskeyFixture['db']): PasskeyFixture['db'] {
  return {
    ...db,
    inTransaction: (work) =>
      db.inTransaction(async (tx) => {
        await work(tx)
        throw new Error('not committed')
      }),
  }
}

async function templatesFor(to: string): Promise<string[]> {
  const { rows } = await fixture.db.query<{ template: string }>(
    'select template from mails where to_address = $1 order by created_at, template',
    [to],
  )
  return rows.map(({ template }) => template)
}

async function factsFor(to: string, template: string): Promise<unknown> {
  const { rows } = await fixture.db.query<{ facts: unknown }>(
    'select facts from mails where to_address = $1 and template = $2',
    [to, template],
  )
  return rows[0]?.facts
}

async function subjectsSentTo(to: string): Promise<string[]> {
  const server = await startMailServer()
  const transport = createSmtpTransport({
    ...{ host: '127.0.0.1', port: server.port, security: 'none', login: null },
    ...{ from: 'the@minhhoa.example', fromName: 'Tỉnh Minh Họa' },
  })
  const operator = { vi: 'Tỉnh Minh Họa', en: 'Minh Hoa Province' }
  const { db, clock } = fixture
  const deps = { mails: createMailStore(db), transport, operator, clock, log: silentLog }
  await createMailDelivery(deps).deliverDue()
  transport.close()
  await server.stop()
  const sent = server.received.filter((mail) => mail.to.includes(to))
  return sent.map(({ headers }) => headers.get('subject') ?? '').sort()
}
