import { afterEach, describe, expect, it } from 'vitest'
import type { OwnSession } from '../oidc/own-session.ts'
import type { Passkey } from '../passkeys/passkey.ts'
import type { OwnSignIn } from '../oidc/own-application.ts'
import type { AppDeps } from './app.ts'
import { startWeb, terminal, type WebUnderTest } from './test-support/web-under-test.ts'

const id = '6f1c2f4e-8f0a-4a55-9d0e-1b2c3d4e5f60'
const otherId = '6f1c2f4e-8f0a-4a55-9d0e-1b2c3d4e5f61'
const now = new Date('2026-11-21T01:00:00Z')
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

let web: WebUnderTest
/** What was asked of the use-cases and of the sign-in page. */
let changes: unknown[] = []
let signIns: OwnSignIn[] = []

afterEach(async () => {
  changes = []
  signIns = []
  await web.close()
})

describe('my passkeys', () => {
  it('shows each with its dates, where it was used last, where it is kept and its state', async () => {
    const used = {
      at: new Date('2026-11-20T23:12:00Z'),
      terminalId: 't',
      device: 'Chrome, Windows',
    }
    const flagged = passkey({ id: otherId, name: 'Khóa cũ', state: 'flagged', lastUse: null })
    const html = await open({}, [
      passkey({ lastUse: used, backupEligible: true, backupState: true }),
      flagged,
    ])
    expect(rowsOf(html, id)).toEqual([
      'Đang dùng được',
      '02/11/2026',
      '21/11/2026 06:12 · Chrome, Windows · Quầy 3',
      'Đồng bộ giữa các thiết bị của bạn',
    ])
    expect(rowsOf(html, otherId).slice(2)).toEqual(['Chưa dùng lần nào', 'Chỉ trên một thiết bị'])
    expect(rowsOf(html, otherId)[0]).toContain('Đã ngừng dùng vì có dấu hiệu bị sao chép')
    expect(html).toContain(`href="/passkeys/${id}/rename"`)
    expect(html).toContain('<a href="/session/end">Đăng xuất</a>')
    // Who goes from link to link hears which one each is about.
    expect(html).toContain('Gỡ bỏ <span class="for-readers">Khóa cũ</span>')
  })

  it('does not show those that are gone, and says so where there is none', async () => {
    const html = await open({}, [passkey({ state: 'revoked', name: 'Đã mất' })])
    expect(html).not.toContain('Đã mất')
    expect(html).toContain('Bạn chưa có khóa truy cập nào.')
  })

  it.each([
    ['gửi tới m***@minhhoa.example', true, 'mau@minhhoa.example'],
    ['chưa được thiết lập để gửi thư', false, 'mau@minhhoa.example'],
    ['Chưa có địa chỉ thư điện tử của bạn', true, null],
    ['Chưa có địa chỉ thư điện tử của bạn', true, 'a@x.example, b@x.example'],
  ] as const)('says whether notices are sent, and where: %s', async (words, areSent, email) => {
    web = await start({ email }, [], { areMailsSent: areSent })
    const html = await (await web.fetch('/passkeys')).text()
    expect(html).toContain(words)
    expect(html).not.toContain('mau@')
  })

  it('tells what was done at the head of the page and in its title, in either language', async () => {
    web = await start()
    const html = await (await web.fetch('/passkeys?done=removed')).text()
    expect(html).toMatch(/<title>Đã gỡ bỏ khóa truy cập · /)
    expect(html).toMatch(/role="status"[^>]*tabindex="-1"[^>]*>Đã gỡ bỏ khóa truy cập</)
    const english = await (await web.fetch('/passkeys?done=renamed&lang=en')).text()
    expect(english).toContain('>The passkey has been renamed<')
    expect(await (await web.fetch('/passkeys?done=paid')).text()).toMatch(
      /role="status"[^>]*hidden/,
    )
  })

  it('says what a temporary pass is good for here', async () => {
    const pass = { passId: otherId, mayRegisterPasskey: true, clientIds: null }
    const signIn = { method: 'pass', level: 'low', cardUuid: null, pass } as never
    expect(await open({ signIn }, [passkey()])).toContain('Để đổi tên hoặc gỡ bỏ cần thẻ')
  })
})

describe('renaming one', () => {
  it('takes a plain form, and tells the use-case where the browser is', async () => {
    web = await start()
    expect(await (await web.fetch(`/passkeys/${id}/rename`)).text()).toContain('value="Điện thoại"')
    const answer = await post('rename', 'name=+Ma%CC%81y+m%E1%BB%9Bi+')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/passkeys?done=renamed')
    const usedAt = { terminalId: terminal.id, device: null }
    expect(changes).toEqual([
      ['rename', { passkeyId: id, name: 'Máy mới'.normalize('NFC'), usedAt }],
    ])
  })

  it.each(['', '   ', 'x'.repeat(61)])(
    'says in place that a name of %j will not do',
    async (name) => {
      web = await start()
      const answer = await post('rename', `name=${name}`)
      const html = await answer.text()
      expect(answer.status).toBe(400)
      expect(html).toMatch(/<title>Lỗi: /)
      expect(html).toMatch(/class="fault-summary" role="alert".*href="#name">Nhập tên từ 1 đến 60/)
      expect(html).toMatch(/id="name"[^>]*aria-invalid[^>]*aria-describedby="name-fault name-hint"/)
      expect(changes).toEqual([])
    },
  )

  it('shows names as they are, not as markup', async () => {
    web = await start({}, [passkey({ name: '<img src=x>' })])
    for (const path of ['/passkeys', `/passkeys/${id}/rename`, `/passkeys/${id}/remove`])
      expect(await (await web.fetch(path)).text()).not.toContain('<img')
  })
})

describe('removing one', () => {
  it('asks first, then removes it by a plain form', async () => {
    web = await start()
    const asked = await (await web.fetch(`/passkeys/${id}/remove`)).text()
    expect(asked).toContain('Gỡ bỏ khóa truy cập này?')
    expect(asked).toContain(`<form method="post" action="/passkeys/${id}/remove">`)
    expect(changes).toEqual([])
    const answer = await post('remove', '')
    expect(answer.headers.get('location')).toBe('/passkeys?done=removed')
    expect(changes).toHaveLength(1)
  })

  it('says that the session ends where it is the one that opened it', async () => {
    web = await start({ signIn: { method: 'passkey', level: 'substantial', passkeyId: id } })
    expect(await (await web.fetch(`/passkeys/${id}/remove`)).text()).toContain('bị đăng xuất')
    const answer = await post('remove', '')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Bạn đã được đăng xuất')
  })
})

describe('every change', () => {
  const ways = ['rename', 'remove'] as const

  it.each([
    ['nobody is signed in', null],
    ['the sign-in is older than five minutes', { at: now.getTime() / 1000 - 301 }],
    ['it was by a tap', { level: 'low' }],
    ['it was by a temporary pass', { method: 'pass', level: 'low' }],
  ] as const)('leads to card or passkey, and back to it, where %s', async (_, signIn) => {
    web = await start(signIn === null ? null : { signIn })
    for (const way of ways)
      for (const answer of [await web.fetch(`/passkeys/${id}/${way}`), await post(way, 'name=x')])
        expect([answer.status, answer.headers.get('location')]).toEqual([303, '/authorize'])
    expect(changes).toEqual([])
    const wanted = { mustBeCard: false, mustBeNew: true }
    expect(signIns[0]).toEqual({ ...wanted, state: `rename.${id}` })
    expect(signIns.at(-1)).toEqual({ ...wanted, state: `remove.${id}` })
  })

  it('goes on from the sign-in page, and nowhere but there', async () => {
    web = await start()
    const after = async (state: string) =>
      (await web.fetch(`/passkeys?code=c&state=${state}`)).headers.get('location')
    expect(await after(`remove.${id}`)).toBe(`/passkeys/${id}/remove`)
    for (const state of ['', 'remove', `pay.${id}`, '//bad.example', `remove.${id}/x`])
      expect(await after(encodeURIComponent(state))).toBe('/passkeys')
  })

  it('is left alone where the sign-in is cancelled, and the list is the way back', async () => {
    web = await start()
    const answer = await web.fetch(`/passkeys?error=access_denied&state=remove.${id}`)
    expect(await answer.text()).toContain('href="/passkeys"')
  })

  it('is of one’s own alone: another’s is not there', async () => {
    web = await start({}, [passkey({ id: otherId })])
    for (const way of ways) {
      expect((await web.fetch(`/passkeys/${id}/${way}`)).status).toBe(404)
      expect((await post(way, 'name=x')).status).toBe(404)
    }
    expect(changes).toEqual([])
  })

  it('comes from our own pages alone', async () => {
    web = await start()
    for (const way of ways)
      expect((await post(way, 'name=x', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect(changes).toEqual([])
  })
})

interface Given {
  readonly email?: string | null
  readonly signIn?: Partial<OwnSession['signIn']>
}

/** @param given - null: nobody is signed in */
function start(
  given: Given | null = {},
  passkeys = [passkey()],
  changed: Partial<AppDeps> = {},
): Promise<WebUnderTest> {
  const note =
    (what: string) =>
    (_session: unknown, change: unknown): Promise<Passkey> => {
      changes.push([what, change])
      return Promise.resolve(passkey())
    }
  const unused = () => Promise.reject(new Error('not asked for here'))
  const own = {
    ...{ begin: unused, finish: unused, beginRegistration: unused, finishRegistration: unused },
    listOf: () => Promise.resolve(passkeys),
    terminalName: () => Promise.resolve('Quầy 3'),
    rename: note('rename'),
    remove: note('remove'),
  }
  return startWeb(() => ({
    passkeys: own,
    ownPages: {
      session: () => Promise.resolve(given === null ? null : sessionOf(given)),
      signInAddress: (wanted) => (signIns.push(wanted), '/authorize'),
    },
    ...changed,
  }))
}

async function open(given: Given, passkeys: Passkey[]): Promise<string> {
  web = await start(given, passkeys)
  return (await web.fetch('/passkeys')).text()
}

function post(way: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { ...form, ...headers }, body }
  return web.fetch(`/passkeys/${id}/${way}`, init)
}

function sessionOf({ email = null, signIn = {} }: Given): OwnSession {
  return {
    sessionUid: 'the session',
    holder: { id: 'the holder', displayName: 'Nguyễn Văn Mẫu', email },
    signIn: {
      ...{ holderId: 'the holder', method: 'card', level: 'high', amr: ['sc', 'pin'] },
      ...{ cardUuid: 'the card', cardKind: 'civil-servant', keySlot: '9A' },
      ...{ terminalId: null, passkeyId: null, at: now.getTime() / 1000 },
      ...signIn,
    },
  }
}

function passkey(changed: Partial<Passkey> = {}): Passkey {
  return {
    ...{ id, holderId: 'the holder', cardKind: 'civil-servant', name: 'Điện thoại' },
    ...{
      credentialId: Buffer.from('c'),
      userHandle: Buffer.from('u'),
      publicKey: Buffer.from('k'),
    },
    ...{ signCount: 0, aaguid: id, transports: [], backupEligible: false, backupState: false },
    ...{ attestationVerdict: 'none', createdAt: new Date('2026-11-02T01:00:00Z'), lastUse: null },
    ...{ state: 'active', stateSince: now },
    ...changed,
  }
}

/** The values of one passkey, in the order of the page. */
function rowsOf(html: string, ofId: string): string[] {
  const item = html.split('<li ').find((one) => one.includes(`data-passkey="${ofId}"`)) ?? ''
  return [...item.matchAll(/<dd>(.*?)<\/dd>/g)].map(([, value = '']) =>
    value.replace(/<[^>]*>/g, ''),
  )
}
