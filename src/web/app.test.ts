import { afterEach, describe, expect, it } from 'vitest'
import { PairingRefused } from '../terminals/pair-browser.ts'
import {
  challengeId,
  interactionId,
  startWeb,
  terminal,
  type WebUnderTest,
} from './test-support/web-under-test.ts'

const page = `/sign-in/${interactionId}`
let web: WebUnderTest

afterEach(() => web.close())

describe('security headers', () => {
  it('allow our own files alone, and nothing inside a page', async () => {
    web = await startWeb()
    const { headers } = await web.fetch(page)
    const policy = headers.get('Content-Security-Policy') ?? ''
    expect(policy.split(';').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "require-trusted-types-for 'script'",
      "script-src 'self'",
      "style-src 'self'",
    ])
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
    expect(headers.get('Referrer-Policy')).toBe('same-origin')
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(headers.get('Permissions-Policy')).toContain('camera=()')
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('X-Powered-By')).toBeNull()
  })

  it('ask for transport security only where there is TLS', async () => {
    web = await startWeb()
    expect((await web.fetch('/')).headers.get('Strict-Transport-Security')).toBeNull()
    await web.close()
    web = await startWeb(undefined, { issuer: 'https://id.example' })
    expect((await web.fetch('/')).headers.get('Strict-Transport-Security')).toContain('max-age=')
  })

  it('are on faults and on what the provider answers too', async () => {
    web = await startWeb()
    for (const path of ['/nothing-here', '/authorize'])
      expect((await web.fetch(path)).headers.get('Content-Security-Policy')).toContain("'none'")
  })
})

describe('no page', () => {
  it.each(['/', page, '/terminal/pair', '/nothing-here'])(
    'has script or style inside it: %s',
    async (path) => {
      web = await startWeb()
      const html = await (await web.fetch(path)).text()
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/)
      const scripts = html.match(/<script[^>]*>/g) ?? []
      for (const script of scripts)
        expect(script).toMatch(/ src="\/assets\/| type="application\/json"/)
    },
  )
})

describe('what changes something', () => {
  const posts: [string, object][] = [
    [`${page}/start`, {}],
    [`${page}/finish`, { challengeId }],
    [`${page}/cancel`, { challengeId }],
    ['/terminal/pair', { code: 'c' }],
  ]
  it.each(posts)('is refused when another site sends it: %s', async (path, body) => {
    web = await startWeb()
    const init = { method: 'POST', body: JSON.stringify(body) }
    for (const site of ['cross-site', 'same-site', 'none']) {
      const answer = await web.fetch(path, { ...init, headers: { 'Sec-Fetch-Site': site } })
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ error: 'CROSS_SITE_REFUSED' })
    }
  })

  it.each(posts)('is judged by Origin in an older browser: %s', async (path, body) => {
    web = await startWeb()
    const send = async (origin: Record<string, string>) => {
      const headers = { 'Content-Type': 'application/json', ...origin }
      return (await fetch(web.url + path, { method: 'POST', body: JSON.stringify(body), headers }))
        .status
    }
    expect(await send({ Origin: 'https://evil.example' })).toBe(403)
    expect(await send({ Origin: 'null' })).toBe(403)
    expect(await send({})).toBe(403)
    expect(await send({ Origin: web.url })).toBe(200)
  })

  it('has a body of at most 16 KiB', async () => {
    web = await startWeb()
    const body = JSON.stringify({ challengeId, filling: 'x'.repeat(17 * 1024) })
    const answer = await web.fetch(`${page}/finish`, { method: 'POST', body })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: 'INPUT_TOO_LARGE' })
  })

  it('has a body that is JSON', async () => {
    web = await startWeb()
    const answer = await web.fetch(`${page}/finish`, { method: 'POST', body: '{"challengeId":' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'INPUT_INVALID', field: 'body' })
  })
})

describe('the language', () => {
  const languageOf = async (path: string, headers: Record<string, string> = {}) =>
    /<html lang="(\w+)">/.exec(await (await web.fetch(path, { headers })).text())?.[1]

  it('is Vietnamese unless somebody says otherwise', async () => {
    web = await startWeb()
    expect(await languageOf('/', { 'Accept-Language': 'en-US' })).toBe('vi')
  })

  it('is the one that the application asks for', async () => {
    web = await startWeb(({ interactions }) => ({
      interactions: {
        ...interactions,
        read: async (...args) => ({ ...(await interactions.read(...args)), language: 'en' }),
      },
    }))
    expect(await languageOf(page)).toBe('en')
    expect(await languageOf(`${page}?lang=vi`)).toBe('vi')
  })

  it('is remembered when a person switches it, and every page can be switched', async () => {
    web = await startWeb()
    const answer = await web.fetch('/?lang=en')
    const cookie = answer.headers.getSetCookie()[0] ?? ''
    expect(cookie).toMatch(/^ecard-language=en; Max-Age=3600;/)
    expect(await answer.text()).toContain('href="?lang=vi"')
    expect(await languageOf('/terminal/pair', { Cookie: 'ecard-language=en' })).toBe('en')
  })

  it('is not remembered from what a page’s own script asks for', async () => {
    web = await startWeb()
    const answer = await web.fetch('/?lang=en', { headers: { 'Sec-Fetch-Dest': 'empty' } })
    expect(answer.headers.getSetCookie()).toEqual([])
  })
})

describe('pairing and enrolling', () => {
  it('keeps the pairing in a cookie for 400 days', async () => {
    web = await startWeb()
    const body = JSON.stringify({ code: 'one-time' })
    const answer = await web.fetch('/terminal/pair', { method: 'POST', body })
    expect(await answer.json()).toEqual({ terminal: terminal.name })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(
      /^ecard-terminal=p{43}; Max-Age=34560000; Path=\/;.*HttpOnly; SameSite=Lax/,
    )
  })

  it('says that a code was used, without a cookie', async () => {
    web = await startWeb(({ terminals }) => ({
      terminals: { ...terminals, pair: () => Promise.reject(new PairingRefused('code-unknown')) },
    }))
    const body = JSON.stringify({ code: 'one-time' })
    const answer = await web.fetch('/terminal/pair', { method: 'POST', body })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject({ error: 'PAIRING_REFUSED' })
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('enrols a terminal for an agent, which is no browser', async () => {
    web = await startWeb()
    const body = JSON.stringify({ code: 'c', publicKey: 'AAAA', proof: 'a.b.c' })
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`${web.url}/terminal/enrol`, { method: 'POST', body, headers })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({
      terminalId: terminal.id,
      name: terminal.name,
      mode: 'managed',
      certificate: Buffer.from('certificate').toString('base64'),
      issuer: web.url,
    })
  })
})

describe('health', () => {
  it('is ready while everything answers', async () => {
    web = await startWeb()
    expect(await (await web.fetch('/health/live')).json()).toEqual({ status: 'ok' })
    expect(await (await web.fetch('/health/ready')).json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', store: 'ok' },
    })
  })

  it('is alive but not ready while a store is away', async () => {
    const store = () => Promise.reject(new Error('away'))
    web = await startWeb(({ healthChecks }) => ({ healthChecks: { ...healthChecks, store } }))
    expect((await web.fetch('/health/live')).status).toBe(200)
    const ready = await web.fetch('/health/ready')
    expect(ready.status).toBe(503)
    expect(await ready.json()).toEqual({
      status: 'failed',
      checks: { database: 'ok', store: 'failed' },
    })
  })
})

describe('addresses', () => {
  it('that nobody knows get a calm page', async () => {
    web = await startWeb()
    const answer = await web.fetch('/nothing-here')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('Không có trang này')
  })

  it.each(['/authorize', '/authorize/abc', '/token', '/jwks', '/session/end', '/.well-known/x'])(
    'of the provider go to the provider: %s',
    async (path) => {
      web = await startWeb()
      expect(await (await web.fetch(path)).text()).toBe('the provider')
    },
  )

  it('of files may be kept for good under the hash of their content', async () => {
    web = await startWeb()
    const html = await (await web.fetch('/')).text()
    const [, path = ''] = /href="(\/assets\/pages\.css\?v=\w+)"/.exec(html) ?? []
    const file = await web.fetch(path)
    expect(file.headers.get('Content-Type')).toBe('text/css; charset=utf-8')
    expect(file.headers.get('Cache-Control')).toContain('immutable')
    const other = await web.fetch('/assets/pages.css?v=older')
    expect(other.headers.get('Cache-Control')).toBe('no-cache')
    expect((await web.fetch('/assets/%2e%2e/app.ts')).status).toBe(404)
  })
})
