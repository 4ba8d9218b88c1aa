import { afterEach, describe, expect, it } from 'vitest'
import { PasskeyRefused } from '../passkeys/refusal.ts'
import type { AppDeps } from './app.ts'
import {
  challengeId,
  fakePasskeys,
  interactionId,
  signInRequest,
  startWeb,
  type fakeDeps,
  type WebUnderTest,
} from './test-support/web-under-test.ts'

const base = `/sign-in/${interactionId}`
const cardChallengeId = '0b3f4c5d-0000-4000-8000-000000000009'
let web: WebUnderTest

afterEach(() => web.close())

describe('a sign-in by passkey', () => {
  it('is handed in by the browser that began it, and lets the terminal rest', async () => {
    const cancelled: unknown[] = []
    const attempts: unknown[] = []
    web = await startWithPasskeys(({ cardAuth }) => ({
      cardAuth: {
        ...cardAuth,
        cancel: (attempt) => Promise.resolve(void cancelled.push(attempt)),
      },
      passkeys: fakePasskeys({
        finish: (attempt) => {
          attempts.push(attempt)
          return cardAuth.finish(attempt)
        },
      }),
    }))
    const response = await post('finish', { challengeId, response: { id: 'key' }, cardChallengeId })
    expect(await response.json()).toMatchObject({ name: 'Nguyễn Văn Mẫu' })
    const browserSecret = 's'.repeat(43)
    expect(attempts).toMatchObject([{ challengeId, interactionId, browserSecret }])
    expect(cancelled).toEqual([{ challengeId: cardChallengeId, browserSecret }])
  })

  it('is refused in words, with the reason and its code', async () => {
    web = await startWithPasskeys(() => ({
      passkeys: fakePasskeys({
        finish: () => Promise.reject(new PasskeyRefused('passkey-revoked')),
      }),
    }))
    const response = await post('finish', { challengeId, response: {} })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({
      error: 'PASSKEY_REFUSED',
      refused: 'passkey-revoked',
      view: { heading: 'Khóa truy cập này đã bị gỡ bỏ', code: 'ECARD-1631', stopped: true },
    })
  })

  it('does not begin where the application takes the card alone, or there can be none', async () => {
    web = await startWithPasskeys(({ interactions }) => ({
      interactions: {
        ...interactions,
        read: () => Promise.resolve({ ...signInRequest, methods: ['card'], cardAlone: 'level' }),
      },
    }))
    expect(await (await post('start', {})).json()).toMatchObject({ refused: 'not-offered' })
    await web.close()
    web = await startWeb()
    expect(await (await post('start', {})).json()).toMatchObject({ refused: 'not-offered' })
    expect(await (await web.fetch(base)).text()).not.toContain('passkey-use')
  })

  it('comes first where no reader is paired, and after the card where one is', async () => {
    web = await startWithPasskeys()
    const html = async (headers = {}) => (await web.fetch(base, { headers })).text()
    const atHome = await html({ Cookie: 'other=1' })
    expect(atHome).toContain('<title>Đăng nhập bằng khóa truy cập · ')
    expect(atHome.indexOf('id="passkey"')).toBeLessThan(atHome.indexOf('id="stage"'))
    const atTheDesk = await html()
    expect(atTheDesk).toContain('<title>Đặt thẻ lên đầu đọc · ')
    expect(atTheDesk.indexOf('id="passkey"')).toBeGreaterThan(atTheDesk.indexOf('id="stage"'))
  })

  it('is not forgotten where a session does not do', async () => {
    for (const [method, notice] of [
      ['passkey', 'Ứng dụng này cần thẻ và mã PIN, hoặc khóa truy cập'],
      ['card', 'Ứng dụng này cần thẻ và mã PIN'],
    ] as const) {
      const methods = ['card' as const, method]
      const asked = { ...signInRequest, reason: 'level' as const, methods }
      web = await startWithPasskeys(({ interactions }) => ({
        interactions: { ...interactions, read: () => Promise.resolve(asked) },
      }))
      expect(await (await web.fetch(base)).text()).toContain(`<p class="notice">${notice}</p>`)
      await web.close()
    }
    web = await startWeb()
  })

  it('is for our own pages to ask for, not for another site’s', async () => {
    web = await startWithPasskeys()
    for (const step of ['start', 'finish']) {
      const headers = { 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'application/json' }
      const init = { method: 'POST', headers, body: '{}' }
      const response = await web.fetch(`${base}/passkey/${step}`, init)
      expect(await response.json()).toMatchObject({ error: 'CROSS_SITE_REFUSED' })
    }
  })

  it.each([{}, { challengeId: 'x' }, { challengeId }, { challengeId, response: 'text' }])(
    'takes no %j for an answer',
    async (body) => {
      web = await startWithPasskeys()
      expect((await post('finish', body)).status).toBe(400)
    },
  )
})

function startWithPasskeys(
  change: (deps: ReturnType<typeof fakeDeps>) => Partial<AppDeps> = () => ({}),
): Promise<WebUnderTest> {
  return startWeb((deps) => ({ passkeys: fakePasskeys(), ...change(deps) }))
}

function post(step: 'start' | 'finish', body: object): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body) }
  return web.fetch(`${base}/passkey/${step}`, init)
}
