import { afterEach, describe, expect, it } from 'vitest'
import { CardRefused, refusals, type RefusalReason } from '../card-auth/refusal.ts'
import { TerminalOffline } from '../card-auth/start-card-auth.ts'
import type { CardAuthAttempt } from '../card-auth/finish-card-auth.ts'
import { DatabaseUnavailable, StoreUnavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import {
  challengeId,
  interactionId,
  pairingSecret,
  signInRequest,
  startWeb,
  terminal,
  type WebUnderTest,
} from './test-support/web-under-test.ts'

const page = `/sign-in/${interactionId}`
const finishing = { method: 'POST', body: JSON.stringify({ challengeId }) }
let web: WebUnderTest

afterEach(() => web.close())

describe('the sign-in page', () => {
  it('says who asks, where one is, what to do and the number that the terminal shows', async () => {
    web = await startWeb()
    const html = await (await web.fetch(page)).text()
    expect(html).toMatch(/^<!doctype html><html lang="vi">/)
    expect(html).toContain('Quản lý văn bản và điều hành')
    expect(html).toContain('Văn phòng Ủy ban nhân dân tỉnh')
    expect(html).toContain(terminal.name)
    expect(html).toContain('Đặt thẻ lên đầu đọc')
    expect(html).toContain('>47</strong>')
  })

  it('keeps one secret for each sign-in of a browser, out of reach of scripts', async () => {
    const secrets: string[] = []
    web = await startWeb(({ cardAuth }) => ({
      cardAuth: {
        ...cardAuth,
        start: (request) => {
          secrets.push(request.browserSecret)
          return cardAuth.start(request)
        },
      },
    }))
    const first = await web.fetch(page, { headers: { Cookie: `ecard-terminal=${pairingSecret}` } })
    const [cookie = ''] = first.headers.getSetCookie()
    const secret = /^ecard-sign-in-\w+=([\w-]{43});/.exec(cookie)?.[1]
    expect(cookie).toContain('HttpOnly')
    expect(cookie).toContain('SameSite=Lax')
    expect(secrets[0]).toBe(secret)
    await web.fetch(page)
    expect(secrets[1]).toBe('s'.repeat(43))
  })

  it('asks for a tap where the lowest level is enough, at a managed terminal', async () => {
    expect(await slotAskedFor({})).toBe('9E')
  })

  it('asks for the PIN where the application wants a high level', async () => {
    expect(await slotAskedFor({ requiredLevel: 'high' })).toBe('9A')
  })

  it('asks for the PIN at a personal terminal', async () => {
    expect(await slotAskedFor({ mode: 'personal' })).toBe('9A')
  })

  it('says how to pair a browser that is not paired, and asks no terminal', async () => {
    let isAsked = false
    web = await startWeb(({ cardAuth }) => ({
      cardAuth: { ...cardAuth, start: (request) => ((isAsked = true), cardAuth.start(request)) },
    }))
    const html = await (await web.fetch(page, { headers: { Cookie: 'other=1' } })).text()
    expect(html).toContain('Trình duyệt này chưa được ghép với máy đọc thẻ')
    expect(isAsked).toBe(false)
  })

  it('says that no agent runs when the terminal is offline', async () => {
    web = await startWeb(({ cardAuth }) => ({
      cardAuth: { ...cardAuth, start: () => Promise.reject(new TerminalOffline('offline')) },
    }))
    const html = await (await web.fetch(page)).text()
    expect(html).toContain('Máy này chưa chạy phần mềm đọc thẻ')
    expect(html).toContain('ECARD-2005')
  })

  it('says why a person who is signed in has to use a card again', async () => {
    web = await startWeb(({ interactions }) => ({
      interactions: {
        ...interactions,
        read: () =>
          Promise.resolve({
            ...signInRequest,
            reason: 'card-kind',
            cardKinds: ['civil-servant', 'enterprise'],
          }),
      },
    }))
    expect(await (await web.fetch(page)).text()).toContain(
      'Ứng dụng này chỉ dành cho thẻ điện tử công chức hoặc thẻ điện tử doanh nghiệp',
    )
  })

  it('tries again by itself while a store does not answer', async () => {
    for (const Fault of [StoreUnavailable, DatabaseUnavailable]) {
      web = await startWeb(({ interactions }) => ({
        interactions: { ...interactions, read: () => Promise.reject(new Fault('away')) },
      }))
      const answer = await web.fetch(page)
      const html = await answer.text()
      expect(answer.status).toBe(503)
      expect(answer.headers.get('Retry-After')).toBe('5')
      expect(html).toContain('Hệ thống đang bận, tự thử lại sau 5 giây')
      expect(html).toContain('<meta http-equiv="refresh" content="5">')
      await web.close()
    }
    web = await startWeb()
  })

  it('escapes what applications are called', async () => {
    const name = '<script>alert(1)</script>"\''
    const client = { ...signInRequest.client, name: { vi: name, en: name } }
    web = await startWeb(({ interactions }) => ({
      interactions: { ...interactions, read: () => Promise.resolve({ ...signInRequest, client }) },
    }))
    expect(await (await web.fetch(page)).text()).not.toContain('<script>alert')
  })
})

describe('the events of a sign-in', () => {
  it('carry each step to the page until it leaves', async () => {
    let stopped: (() => void) | undefined
    const isStopped = new Promise<void>((resolve) => (stopped = resolve))
    web = await startWeb(({ cardAuth }) => ({
      cardAuth: {
        ...cardAuth,
        watch: async (id, onProgress) => {
          onProgress({ step: 'wrong-pin', triesLeft: 2 })
          await cardAuth.watch(id, onProgress)
          return () => stopped?.()
        },
      },
    }))
    const stream = await openStream()
    expect(await stream.next()).toEqual({ state: 'wrong-pin', n: 2 })
    web.deps.report({ step: 'wrong-pin', triesLeft: 1 })
    expect(await stream.next()).toEqual({ state: 'wrong-pin-last' })
    web.deps.report({ step: 'signing-in' })
    expect(await stream.next()).toEqual({ state: 'signing-in' })
    await stream.close()
    await isStopped
  })

  it('are never kept or held back on the way', async () => {
    web = await startWeb()
    const stream = await openStream()
    expect(stream.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers.get('Cache-Control')).toBe('no-store, no-transform')
    await stream.close()
  })

  it('go to a bounded number of pages at once', async () => {
    web = await startWeb()
    const streams = await Promise.all([1, 2, 3, 4].map(() => openStream()))
    const tooMany = await web.fetch(`${page}/events?challenge=${challengeId}`)
    expect(tooMany.status).toBe(429)
    await Promise.all(streams.map((stream) => stream.close()))
  })

  it('are refused to a browser that has begun no sign-in', async () => {
    web = await startWeb()
    const answer = await web.fetch(`${page}/events?challenge=${challengeId}`, {
      headers: { Cookie: 'other=1', Accept: 'text/event-stream' },
    })
    expect(await answer.json()).toMatchObject({ error: 'CROSS_SITE_REFUSED' })
  })
})

describe('finishing a sign-in', () => {
  it('hands in the challenge with this browser’s secret and says where to go', async () => {
    let attempt: CardAuthAttempt | undefined
    web = await startWeb(({ cardAuth }) => ({
      cardAuth: { ...cardAuth, finish: (given) => cardAuth.finish((attempt = given)) },
    }))
    const answer = await web.fetch(`${page}/finish`, finishing)
    expect(await answer.json()).toEqual({
      redirect: `${web.url}/authorize/${interactionId}`,
      name: 'Nguyễn Văn Mẫu',
    })
    expect(attempt).toEqual({ challengeId, interactionId, browserSecret: 's'.repeat(43) })
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^ecard-sign-in-\w+=;.*Expires=Thu, 01 Jan 1970/,
    )
  })

  it.each(Object.keys(refusals) as RefusalReason[])(
    'shows %s with its own sentence, advice and code',
    async (reason) => {
      const details = { date: new Date('2026-11-03T20:00:00Z'), kinds: ['citizen'] as const }
      web = await startWeb(({ cardAuth }) => ({
        cardAuth: {
          ...cardAuth,
          finish: () => Promise.reject(new CardRefused(reason, { details })),
        },
      }))
      for (const lang of ['vi', 'en'] as const) {
        const answer = await web.fetch(`${page}/finish?lang=${lang}`, finishing)
        const body = (await answer.json()) as { refused: string; view: Record<string, string> }
        expect(answer.status).toBe(403)
        expect(body.refused).toBe(reason)
        expect(body.view['code']).toBe(refusals[reason].lookupCode)
        expect(body.view['heading']).toBe(
          refusals[reason][lang]
            .replace('{date}', '04/11/2026')
            .replace('{kinds}', lang === 'vi' ? 'thẻ điện tử công dân' : 'citizen e-cards'),
        )
        expect(body.view['advice']).not.toBe('')
      }
    },
  )

  it('names the field that is wrong and not its value', async () => {
    web = await startWeb()
    const body = JSON.stringify({ challengeId: 'not-a-uuid' })
    const answer = await web.fetch(`${page}/finish`, { method: 'POST', body })
    expect(answer.status).toBe(400)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ error: 'INPUT_INVALID', field: 'challengeId' })
    expect(text).not.toContain('not-a-uuid')
  })

  it('shows an unexpected fault as an incident that the log names too, and nothing else', async () => {
    const logged: unknown[] = []
    const log: Log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (event, _error, facts) => logged.push(event, facts?.['incident']),
    }
    web = await startWeb(({ cardAuth }) => ({
      log,
      cardAuth: { ...cardAuth, finish: () => Promise.reject(new Error('select * from cards')) },
    }))
    const answer = await web.fetch(`${page}/finish`, finishing)
    const text = await answer.text()
    const [, incident = ''] = /ECARD-3000-([0-9A-F]{8})/.exec(text) ?? []
    expect(answer.status).toBe(500)
    expect(logged).toEqual(['web.incident', incident])
    expect(text).not.toMatch(/select|at .*\.ts/)
  })
})

describe('cancelling a sign-in', () => {
  it('tells the terminal and sends the browser back', async () => {
    const cancelled: unknown[] = []
    web = await startWeb(({ cardAuth }) => ({
      cardAuth: { ...cardAuth, cancel: (attempt) => Promise.resolve(void cancelled.push(attempt)) },
    }))
    const answer = await web.fetch(`${page}/cancel`, finishing)
    expect(await answer.json()).toEqual({
      redirect: `${web.url}/authorize/${interactionId}?cancelled`,
    })
    expect(cancelled).toEqual([{ challengeId, browserSecret: 's'.repeat(43) }])
  })

  it('works without a script, by a page with the way back', async () => {
    web = await startWeb()
    const answer = await web.fetch(`${page}/cancel`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `challengeId=${challengeId}`,
    })
    const html = await answer.text()
    expect(html).toContain('Đã hủy đăng nhập')
    expect(html).toContain(`href="${web.url}/authorize/${interactionId}?cancelled"`)
  })
})

describe('beginning again in place', () => {
  it('answers with the new challenge', async () => {
    web = await startWeb()
    const answer = await web.fetch(`${page}/start`, { method: 'POST', body: '{}' })
    expect(await answer.json()).toEqual({
      state: 'waiting',
      terminalName: terminal.name,
      challenge: { id: challengeId, number: '47', expiresInSeconds: 300 },
    })
  })
})

async function slotAskedFor(given: {
  requiredLevel?: 'high'
  mode?: 'personal'
}): Promise<string | undefined> {
  const { requiredLevel = 'low', mode = 'managed' } = given
  let slot: string | undefined
  web = await startWeb(({ cardAuth, interactions, terminals }) => ({
    interactions: {
      ...interactions,
      read: () => Promise.resolve({ ...signInRequest, requiredLevel }),
    },
    terminals: { ...terminals, ofBrowser: () => Promise.resolve({ ...terminal, mode }) },
    cardAuth: {
      ...cardAuth,
      start: (request) => ((slot = request.keySlot), cardAuth.start(request)),
    },
  }))
  await web.fetch(page)
  return slot
}

/** Reads server-sent events one by one. */
async function openStream() {
  const abort = new AbortController()
  const answer = await web.fetch(`${page}/events?challenge=${challengeId}`, {
    signal: abort.signal,
  })
  if (answer.body === null) throw new Error('no stream')
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    headers: answer.headers,
    next: async (): Promise<unknown> => {
      let found = /data: (.*)\n\n/.exec(text)
      while (found === null) {
        const { value, done } = await reader.read()
        if (done) throw new Error('the stream ended')
        text += value
        found = /data: (.*)\n\n/.exec(text)
      }
      text = text.slice(found.index + found[0].length)
      return JSON.parse(found[1] ?? '')
    },
    close: async () => {
      abort.abort()
      await reader.cancel().catch(() => undefined)
    },
  }
}
