import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/log.ts'
import { freeAddress } from '../../../test/support/free-address.ts'
import type { Site } from '../sites/site.ts'
import { openReaderSite } from './reader-site.ts'
import { createVirtualReader } from './virtual-reader.ts'

const reader = createVirtualReader({ insert: () => undefined, remove: () => undefined })
let site: Site

beforeAll(async () => {
  site = await openReaderSite({
    address: await freeAddress(),
    reader,
    hasVirtualCards: true,
    standing: () =>
      Promise.resolve({ 'nguyen-van-mau': '', 'tran-thi-vi-du': 'Tạm khóa', 'cong-ty-vi-du': '' }),
    pairingAddress: () => Promise.resolve('http://localhost:1/terminal/pair#code'),
    readerNames: () => null,
    log: silentLog,
  })
})

afterAll(() => site.close())

describe('the reader page', () => {
  it('shows three cards with what is printed on them, and how each stands', async () => {
    const html = await (await fetch(site.origin)).text()
    for (const text of ['Nguyễn Văn Mẫu', 'PIN 246810', 'Công ty TNHH Ví Dụ', 'Tạm khóa']) {
      expect(html).toContain(text)
    }
  })

  it('places a card and takes it away', async () => {
    expect(await post('/card', { card: 'nguyen-van-mau' })).toBe(204)
    expect(reader.picture().cardOnReader).toBe('nguyen-van-mau')
    expect(await post('/card', { card: null })).toBe(204)
    expect(reader.picture().cardOnReader).toBeNull()
  })

  it('passes a PIN to the one who asks', async () => {
    const application = { vi: 'Ứng dụng', en: 'Application' }
    const question = { application, number: '12', triesLeft: 3, problem: null }
    const asked = reader.askPin(question, new AbortController().signal)
    expect(await post('/pin', { pin: '246810' })).toBe(204)
    expect(await asked).toBe('246810')
  })

  it('refuses a card that is not of the demo and a PIN that is none', async () => {
    expect(await post('/card', { card: 'somebody' })).toBe(400)
    expect(await post('/pin', { pin: 'abcdef' })).toBe(400)
    expect(await post('/pin', {})).toBe(400)
  })

  it('leads a browser to the one-time pairing address', async () => {
    const answer = await fetch(`${site.origin}/pair`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBe('http://localhost:1/terminal/pair#code')
  })

  it('does not let other pages tap or pair', async () => {
    const elsewhere = { origin: 'http://localhost:9', 'sec-fetch-site': 'same-site' }
    expect(await post('/card', { card: 'nguyen-van-mau' }, elsewhere)).toBe(403)
    const pairing = await fetch(`${site.origin}/pair`, {
      headers: { 'sec-fetch-site': 'cross-site' },
      redirect: 'manual',
    })
    expect(pairing.status).toBe(403)
  })

  it('answers to its own name alone', async () => {
    expect(await statusFor('attacker.example')).toBe(421)
  })

  it('speaks English to who asks for it, and comes back to pages of its own only', async () => {
    const chosen = await fetch(`${site.origin}/language/en?back=//elsewhere.example`, {
      redirect: 'manual',
    })
    expect(chosen.headers.get('location')).toBe('/')
    const cookie = chosen.headers.get('set-cookie')?.split(';')[0] ?? ''
    const html = await (await fetch(site.origin, { headers: { cookie } })).text()
    expect(html).toContain('Virtual card reader')
  })

  it('allows no script or style but its own', async () => {
    const policy = (await fetch(site.origin)).headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
  })

  it('tells the page each change as it comes', async () => {
    const stopping = new AbortController()
    const stream = await fetch(`${site.origin}/events`, { signal: stopping.signal })
    const events = readEvents(stream)
    expect((await events.next()).value).toMatchObject({ 'tran-thi-vi-du.placed': false })
    reader.place('tran-thi-vi-du')
    expect((await events.next()).value).toMatchObject({ 'tran-thi-vi-du.placed': true })
    stopping.abort()
  })
})

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const { status } = await fetch(site.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return status
}

/** fetch does not let a test choose the Host header. */
function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(site.origin, { headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}

async function* readEvents({ body }: Response): AsyncGenerator {
  let text = ''
  const parts = body as AsyncIterable<Uint8Array> | null
  for await (const part of parts ?? []) {
    text += Buffer.from(part).toString('utf8')
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const line = text.slice(0, end)
      text = text.slice(end + 2)
      if (line.startsWith('data: ')) yield JSON.parse(line.slice(6))
    }
  }
}
