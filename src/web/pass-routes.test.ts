import { afterEach, describe, expect, it } from 'vitest'
import type { PassAttempt } from '../passes/redeem-pass.ts'
import { passRefusals, PassRefused, type PassRefusalReason } from '../passes/refusal.ts'
import {
  interactionId,
  signInRequest,
  startWeb,
  terminal,
  type WebUnderTest,
} from './test-support/web-under-test.ts'

const page = `/sign-in/${interactionId}`
const typed = { number: '000085000101', code: '4821 0937 5566' }
let web: WebUnderTest

afterEach(() => web.close())

function post(fields: Record<string, string> = typed, headers: Record<string, string> = {}) {
  return web.fetch(`${page}/pass`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })
}

/** The app, where every pass is refused like this. */
function startRefusing(reason: PassRefusalReason, details: PassRefused['details'] = {}) {
  return startWeb(() => ({
    passes: { redeem: () => Promise.reject(new PassRefused(reason, { details })) },
  }))
}

describe('the page of temporary passes', () => {
  it('is offered on the sign-in page where a pass would do, and there alone', async () => {
    web = await startWeb()
    expect(await (await web.fetch(page)).text()).toContain(`href="${page}/pass"`)
    await web.close()
    web = await startWeb(({ interactions }) => ({
      interactions: {
        ...interactions,
        read: () => Promise.resolve({ ...signInRequest, methods: ['card', 'passkey'] }),
      },
    }))
    expect(await (await web.fetch(page)).text()).not.toContain(`${page}/pass`)
    for (const answer of [await web.fetch(`${page}/pass`), await post()]) {
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('ECARD-1723')
    }
  })

  it('says which application asks, and is a form that needs no script', async () => {
    web = await startWeb()
    const html = await (await web.fetch(`${page}/pass`)).text()
    expect(html).toContain('Quản lý văn bản và điều hành')
    expect(html).toContain(`<form method="post" action="${page}/pass"`)
    expect(html).toMatch(/<input name="code"[^>]*autocomplete="one-time-code"/)
    expect(html).not.toContain('<script')
  })
})

describe('signing in with a pass', () => {
  it('hands in what was typed, and from where, and goes on to the application', async () => {
    const attempts: PassAttempt[] = []
    web = await startWeb(({ passes }) => ({
      passes: { redeem: (attempt) => (attempts.push(attempt), passes.redeem(attempt)) },
    }))
    const answer = await post()
    const goOn = `${web.url}/authorize/${interactionId}`
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Refresh')).toBe(`0; url=${goOn}`)
    expect(await answer.text()).toContain(`href="${goOn}"`)
    await post(typed, { Cookie: 'other=1' })
    const said = { receivedNumber: typed.number, receivedCode: typed.code }
    const asked = { clientId: 'documents', cardKinds: ['civil-servant'], isForRegistration: false }
    expect(attempts).toEqual([
      { ...said, ...asked, place: { kind: 'terminal', terminalId: terminal.id } },
      { ...said, ...asked, place: { kind: 'network', network: '127.0.0.1' } },
    ])
  })

  it('believes as many proxies about the address as are trusted', async () => {
    const networks: unknown[] = []
    web = await startWeb(({ passes }) => ({
      trustedProxies: 1,
      passes: {
        redeem: (attempt) => {
          networks.push('network' in attempt.place ? attempt.place.network : null)
          return passes.redeem(attempt)
        },
      },
    }))
    for (const forwarded of ['198.51.100.7', '203.0.113.5, 198.51.100.7', '2001:db8::7'])
      await post(typed, { Cookie: 'other=1', 'X-Forwarded-For': forwarded })
    expect(networks).toEqual(['198.51.100.7', '198.51.100.7', '2001:db8:0:0::/64'])
  })

  it('is refused from another site', async () => {
    web = await startWeb()
    expect((await post(typed, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
  })

  it.each(Object.keys(passRefusals) as PassRefusalReason[])(
    'shows %s on the form with its own sentence and code',
    async (reason) => {
      const time = new Date('2026-11-21T02:04:30Z')
      web = await startRefusing(reason, { time })
      for (const lang of ['vi', 'en'] as const) {
        const answer = await post(typed, { Cookie: `ecard-language=${lang}` })
        const html = await answer.text()
        expect(answer.status).toBe(403)
        expect(html).toContain(passRefusals[reason].lookupCode)
        expect(html).toContain(passRefusals[reason][lang].replace('{time}', '09:05 21/11/2026'))
        expect(html).toContain(`value="${typed.number}"`)
        // A slip is to be looked for; every other code is typed again.
        expect(html.includes(typed.code)).toBe(reason === 'code-mistyped')
      }
    },
  )

  it('says when to try again after too many tries', async () => {
    web = await startRefusing('too-many-tries', { retryAfterSeconds: 1800 })
    const answer = await post()
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '1800'])
  })

  it('asks for both fields, and shows nothing that was typed in an error', async () => {
    web = await startWeb()
    const answer = await post({ number: typed.number })
    const text = await answer.text()
    expect(answer.status).toBe(400)
    expect(text).not.toContain(typed.number)
  })
})
