import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startMailServer, type MailServer } from '../../test/support/mail-server.ts'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { silentLog } from '../log.ts'
import { createMailDelivery, heldForMs, type MailDelivery } from './deliver-mails.ts'
import { createMailStore, type MailStore } from './mail-store.ts'
import { isMailAddress, type MailOrder } from './mail.ts'
import {
  createSmtpTransport,
  sendTimeoutMs,
  type MailTransport,
  type SmtpServer,
} from './smtp-transport.ts'
import { watchMails } from './watch-mails.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.parse('2026-11-21T01:05:00Z')
let now = start
const clock = { now: () => new Date(now) }
const operator = { vi: 'Tỉnh Minh Họa', en: 'Minh Hoa Province' }
let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let mails: MailStore
let server: MailServer
let open: MailTransport[] = []

beforeAll(async () => {
  database = await migratedTestDatabase()
  mails = createMailStore(database.db)
})
beforeEach(async () => {
  now = start
  server = await startMailServer()
})
afterEach(async () => {
  for (const transport of open) transport.close()
  open = []
  await server.stop()
  await database.db.query('delete from mails')
})
afterAll(() => database.drop())

describe('a mail that was ordered', () => {
  it('arrives once, from the house, in both languages, with the time as people read it', async () => {
    await order({})
    const { delivery } = node()
    await delivery.deliverDue()
    await delivery.deliverDue()
    expect(server.received).toHaveLength(1)
    const [mail] = server.received
    expect(mail).toMatchObject({ from: 'the@minhhoa.example', to: ['mau@minhhoa.example'] })
    expect(mail?.headers.get('from')).toBe('Tỉnh Minh Họa <the@minhhoa.example>')
    expect(mail?.headers.get('to')).toBe('mau@minhhoa.example')
    expect(mail?.headers.get('subject')).toBe('Đã đổi tên khóa truy cập · A passkey was renamed')
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
    const { id } = await row()
    expect(mail?.headers.get('message-id')).toBe(`<${id}@minhhoa.example>`)
    expect(lines(mail?.parts.get('text/plain'))).toEqual([
      'Kính gửi Nguyễn Văn Mẫu,',
      'Một khóa truy cập (passkey) của bạn vừa được đổi tên.',
      'Khóa truy cập: “Điện thoại”',
      'Tên cũ: “Máy cũ”',
      'Thời điểm: 21/11/2026 08:05 (giờ Việt Nam)',
      'Máy đọc thẻ: Quầy 3',
      'Trình duyệt: Chrome, Windows',
      'Nếu không phải bạn, hãy gọi ngay cho bộ phận cấp thẻ của cơ quan bạn.',
      'Thư tự động, không có liên kết nào để bấm. Không ai được hỏi mã PIN của bạn.',
      'Tỉnh Minh Họa',
      '----------------------------------------',
      'Dear Nguyễn Văn Mẫu,',
      'One of your passkeys has just been renamed.',
      'Passkey: “Điện thoại”',
      'Called before: “Máy cũ”',
      'When: 21/11/2026 08:05 (Vietnam time, UTC+7)',
      'Terminal: Quầy 3',
      'Browser: Chrome, Windows',
      'If it was not you, call the card office of your agency at once.',
      'This mail is automatic and has no link to follow. Nobody may ask for your PIN.',
      'Minh Hoa Province',
    ])
    expect(mail?.parts.get('text/html')).toContain('<div lang="en">')
  })

  it('is in one language where its reader has one', async () => {
    await order({ language: 'en' })
    await node().delivery.deliverDue()
    const [mail] = server.received
    expect(mail?.headers.get('subject')).toBe('A passkey was renamed')
    expect(mail?.parts.get('text/plain')).not.toContain('Kính gửi')
  })

  it('is one mail however often its transaction orders it', async () => {
    await database.db.inTransaction(async (tx) => {
      await createMailStore(tx).insert(anOrder())
      await createMailStore(tx).insert(anOrder())
    })
    await node().delivery.deliverDue()
    expect(server.received).toHaveLength(1)
  })

  it('waits while the server is away, and arrives once when it is back', async () => {
    await server.stop()
    await order({})
    await node().delivery.deliverDue()
    expect(await row()).toMatchObject({ attempts: 1, sent_at: null, last_error: 'econnrefused' })
    await server.start()
    // Another node: the one that tried has been restarted.
    const { delivery } = node()
    now += minute - 1
    await delivery.deliverDue()
    expect(server.received).toHaveLength(0)
    now += 1
    await delivery.deliverDue()
    await delivery.deliverDue()
    expect(server.received).toHaveLength(1)
  })

  it('arrives once where two nodes bring mails out at the same time', async () => {
    for (let count = 0; count < 20; count++) await order({ subjectId: `${count}` })
    await Promise.all([node(), node(), node()].map(({ delivery }) => delivery.deliverDue()))
    expect(new Set(server.received.map(({ headers }) => headers.get('message-id'))).size).toBe(20)
    expect(server.received).toHaveLength(20)
  })

  it('is brought out by another node where one died with it in its hands', async () => {
    await order({})
    await mails.takeDue({ now: clock.now(), until: new Date(now + heldForMs) })
    const { delivery } = node()
    await delivery.deliverDue()
    expect(server.received).toHaveLength(0)
    now += heldForMs
    await delivery.deliverDue()
    expect(server.received).toHaveLength(1)
    expect(heldForMs).toBeGreaterThan(2 * sendTimeoutMs)
  })

  it('is not sent again where the database did not hear at once that it was', async () => {
    let failures = 1
    const { delivery } = node({
      markSent: (mail, at) =>
        failures-- > 0 ? Promise.reject(new DatabaseUnavailable('away')) : mails.markSent(mail, at),
    })
    await order({})
    await expect(delivery.deliverDue()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    now += heldForMs - minute
    await delivery.deliverDue()
    now += heldForMs
    await node().delivery.deliverDue()
    expect(server.received).toHaveLength(1)
  })

  it('is tried again where the server asks to come back, and others go out meanwhile', async () => {
    let isGrey = true
    server.answerRecipients((to) =>
      to.startsWith('mau@') && isGrey ? { code: 451, text: 'greylisted' } : null,
    )
    await order({})
    await order({ to: 'du@minhhoa.example' })
    const { delivery } = node()
    await delivery.deliverDue()
    expect(server.received.map(({ to }) => to)).toEqual([['du@minhhoa.example']])
    expect(await row('mau@minhhoa.example')).toMatchObject({ last_error: 'smtp-451' })
    isGrey = false
    now += minute
    await delivery.deliverDue()
    expect(server.received).toHaveLength(2)
  })

  it('is given up at once where the server knows no such recipient', async () => {
    server.answerRecipients(() => ({ code: 550, text: 'no such user' }))
    await order({})
    const { delivery } = node()
    await delivery.deliverDue()
    expect(await row()).toMatchObject({ failed_at: clock.now(), last_error: 'smtp-550' })
    now += day
    await delivery.deliverDue()
    expect(server.recipientCount()).toBe(1)
  })

  it('is given up after three days, having been tried ever more seldom', async () => {
    server.answerRecipients(() => ({ code: 451, text: 'come back' }))
    await order({})
    const { delivery } = node()
    const tried: number[] = []
    for (; now <= start + 4 * day; now += minute) {
      // Only when the queue says so: a turn a minute over four days would be thousands.
      const { next_attempt_at: next, failed_at: failed } = await row()
      if (failed !== null) break
      now = Math.max(now, next.getTime())
      tried.push((now - start) / minute)
      await delivery.deliverDue()
    }
    expect(tried.slice(0, 6)).toEqual([0, 1, 6, 21, 81, 141])
    expect(tried.at(-1)).toBeLessThanOrEqual((3 * day) / minute)
    expect(await row()).toMatchObject({ sent_at: null, last_error: 'smtp-451' })
  })

  it('is not given up because the server does not let us in', async () => {
    await server.stop()
    const barred = await startMailServer({
      onConnect: (_session, callback) => {
        callback(Object.assign(new Error('not you'), { responseCode: 554 }))
      },
    })
    await order({})
    await node({}, { port: barred.port }).delivery.deliverDue()
    expect(await row()).toMatchObject({ failed_at: null, last_error: 'smtp-554' })
    await barred.stop()
  })

  it('waits where the server does not take our password, and goes out once it does', async () => {
    await server.stop()
    let password = 'another'
    const guarded = await startMailServer({
      ...{ disabledCommands: ['STARTTLS'], allowInsecureAuth: true },
      onAuth: (given, _session, callback) => {
        if (given.username === 'ecard' && given.password === password) callback(null, { user: 1 })
        else callback(Object.assign(new Error('not you'), { responseCode: 535 }))
      },
    })
    await order({})
    const login = { user: 'ecard', password: 'hunter2' }
    const { delivery } = node({}, { port: guarded.port, login })
    await delivery.deliverDue()
    expect(await row()).toMatchObject({ failed_at: null, last_error: 'smtp-535' })
    password = 'hunter2'
    now += minute
    await delivery.deliverDue()
    expect(guarded.received).toHaveLength(1)
    await guarded.stop()
  })

  it('is not handed to a server whose certificate nobody vouches for', async () => {
    await server.stop()
    // With a certificate that comes with the package.
    const stranger = await startMailServer({ disabledCommands: ['AUTH'] })
    await order({})
    await node({}, { port: stranger.port, security: 'starttls' }).delivery.deliverDue()
    expect(stranger.received).toHaveLength(0)
    expect(await row()).toMatchObject({ failed_at: null, sent_at: null })
    expect((await row()).last_error).toMatch(/cert/)
    await stranger.stop()
  })

  it('does not cross a network in the clear where STARTTLS is asked for', async () => {
    await order({})
    await node({}, { security: 'starttls' }).delivery.deliverDue()
    expect(server.received).toHaveLength(0)
    expect(await row()).toMatchObject({ failed_at: null, sent_at: null })
  })
})

describe('names that people choose', () => {
  const wicked = 'Máy"\r\nBcc: thief@bad.example\r\n\r\n<script>alert(1)</script>\u202e'

  it('make no header, no line and no markup', async () => {
    const facts = { ...anOrder().facts, passkey: wicked, holder: wicked, device: wicked }
    await order({ facts })
    await node().delivery.deliverDue()
    const [mail] = server.received
    expect(mail?.to).toEqual(['mau@minhhoa.example'])
    expect(mail?.headers.has('bcc')).toBe(false)
    expect(mail?.parts.get('text/plain')).toContain(
      '“Máy" Bcc: thief@bad.example <script>alert(1)</script>”',
    )
    expect(mail?.parts.get('text/plain')).not.toContain('\u202e')
    expect(mail?.parts.get('text/html')).not.toContain('<script>')
  })

  it.each([
    'a@x.example, b@bad.example',
    'a@x.example\r\nBcc: b@bad.example',
    '<a@x.example>',
    'a',
  ])('are no address: %j is not ordered', async (to) => {
    expect(isMailAddress(to)).toBe(false)
    await expect(order({ to })).rejects.toMatchObject({ constraint: 'mails_to_address_check' })
  })

  it('are all that a mail may know: the queue takes no other fact', async () => {
    const facts = { ...anOrder().facts, code: '0000 0000 0000' }
    await expect(order({ facts })).rejects.toMatchObject({ constraint: 'mails_facts_check' })
  })

  it('are nobody else’s address either, should one ever get as far as the mail server', async () => {
    const { deps } = node()
    const mail = { id: 'one', createdAt: clock.now(), text: 'text', html: '<p>text</p>' }
    const to = 'mau@minhhoa.example\r\nBcc: b@bad.example'
    const refused = { outcome: 'rejected', error: 'no-address' }
    expect(await deps.transport.send({ ...mail, to, subject: 'x' })).toEqual(refused)
    const subject = 'x\r\nBcc: c@bad.example'
    await deps.transport.send({ ...mail, to: 'mau@minhhoa.example', subject })
    expect(server.received.map((one) => one.to)).toEqual([['mau@minhhoa.example']])
    expect(server.received[0]?.headers.has('bcc')).toBe(false)
  })
})

describe('a node', () => {
  it('brings mails out by itself, and lets one that is under way arrive when it stops', async () => {
    let isReached = (): void => undefined
    const reached = new Promise<void>((resolve) => (isReached = resolve))
    let letOn = (): void => undefined
    const held = new Promise<void>((resolve) => (letOn = resolve))
    server.beforeTaking(() => {
      isReached()
      return held
    })
    await order({})
    await order({ to: 'du@minhhoa.example' })
    const { deps, delivery } = node()
    const stop = watchMails({ ...deps, delivery }, { everySeconds: 60 })
    await reached
    const stopped = stop()
    letOn()
    await stopped
    // The one under way, and no other after it.
    expect(server.received).toHaveLength(1)
    await node().delivery.deliverDue()
    expect(server.received).toHaveLength(2)
  })

  it('finds what is due, and what is old, by an index, however much was sent', async () => {
    const { db } = database
    await db.query(
      `insert into mails (dedupe, to_address, template, facts, created_at, next_attempt_at, sent_at)
       select n, 'a@x.example', 'passkey-renamed', '{}', $1, $1, $1
       from generate_series(1, 5000) n`,
      [clock.now()],
    )
    await db.query('analyze mails')
    const plans: string[] = []
    const explaining = createMailStore({
      query: async (text, values) => {
        const { rows } = await db.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
        plans.push(rows.map((line) => line['QUERY PLAN']).join('\n'))
        return { rows: [], rowCount: 0 }
      },
    })
    await explaining.takeDue({ now: clock.now(), until: clock.now() })
    await explaining.purge(new Date(now - day))
    expect(plans[0]).toContain('mails_due')
    expect(plans[1]).toContain('mails_done')
    expect(plans.join()).not.toContain('Seq Scan')
  })

  it('removes what was sent a month ago', async () => {
    await order({})
    const { deps, delivery } = node()
    await delivery.deliverDue()
    now += 31 * day
    await order({ to: 'du@minhhoa.example', at: clock.now() })
    await watchMails({ ...deps, delivery })()
    const { rows } = await database.db.query<{ to_address: string }>('select to_address from mails')
    expect(rows).toEqual([{ to_address: 'du@minhhoa.example' }])
  })
})

function anOrder(): MailOrder {
  return {
    template: 'passkey-renamed',
    to: 'mau@minhhoa.example',
    language: null,
    facts: {
      holder: 'Nguyễn Văn Mẫu',
      at: new Date(start).toISOString(),
      passkey: 'Điện thoại',
      formerName: 'Máy cũ',
      terminal: 'Quầy 3',
      device: 'Chrome, Windows',
    },
    subjectId: 'one',
    at: new Date(start),
  }
}

function order(changed: Partial<MailOrder>): Promise<void> {
  return mails.insert({ ...anOrder(), ...changed })
}

/** Another process, as far as the queue and the mail server can tell. */
function node(changed: Partial<MailStore> = {}, smtp: Partial<SmtpServer> = {}) {
  const transport = createSmtpTransport({
    ...{ host: '127.0.0.1', port: server.port, security: 'none', login: null, ...smtp },
    ...{ from: 'the@minhhoa.example', fromName: operator.vi },
  })
  open.push(transport)
  const deps = { mails: { ...mails, ...changed }, transport, operator, clock, log: silentLog }
  const delivery: MailDelivery = createMailDelivery(deps)
  return { deps, delivery }
}

async function row(to = 'mau@minhhoa.example') {
  const { rows } = await database.db.query<{
    id: string
    attempts: number
    next_attempt_at: Date
    sent_at: Date | null
    failed_at: Date | null
    last_error: string | null
  }>('select * from mails where to_address = $1', [to])
  const [found] = rows
  if (found === undefined) throw new Error('no such mail')
  return found
}

function lines(text = ''): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '')
}
