import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CardRefused } from '../card-auth/refusal.ts'
import { TerminalOffline } from '../card-auth/start-card-auth.ts'
import { StoreUnavailable } from '../errors.ts'
import type { AppDeps } from './app.ts'
import { launchChromium } from './test-support/chromium.ts'
import {
  challengeId,
  fakePasskeys,
  interactionId,
  pairingSecret,
  startWeb,
  type fakeDeps,
  type WebUnderTest,
} from './test-support/web-under-test.ts'

const signIn = `/sign-in/${interactionId}`
let browser: Browser
let context: BrowserContext
let page: Page
let web: WebUnderTest
/** What the browser complained about: a script that failed, something the policy blocked. */
let complaints: string[]

beforeAll(async () => {
  browser = await launchChromium()
})
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 360, height: 740 } })
  page = await context.newPage()
  complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const isAboutStatus = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isAboutStatus) complaints.push(message.text())
  })
})
afterEach(async () => {
  await context.close()
  await web.close()
  expect(complaints).toEqual([])
})
afterAll(() => browser.close())

describe('the sign-in page in a browser', () => {
  it('follows the card from tap to welcome, and goes on to the application', async () => {
    await open()
    await heading('Đặt thẻ lên đầu đọc')
    await watched()
    web.deps.report({ step: 'reading' })
    await heading('Đang đọc thẻ, giữ nguyên thẻ trên đầu đọc')
    web.deps.report({ step: 'signing-in' })
    await page.waitForURL(`${web.url}/authorize/${interactionId}`)
  })

  it('greets by name while the application opens', async () => {
    await open(({ interactions }) => ({
      interactions: { ...interactions, complete: () => Promise.resolve('/stays-here') },
    }))
    // An answer without content leaves the page where it is, so that it can be looked at.
    await page.route('**/stays-here', (route) => route.fulfill({ status: 204 }))
    await watched()
    web.deps.report({ step: 'signing-in' })
    await heading('Xin chào Nguyễn Văn Mẫu')
    expect(await page.textContent('#advice')).toBe('Đang mở Quản lý văn bản và điều hành')
  })

  it('keeps the sign-in alive after a fault that a new tap mends', async () => {
    await open()
    await watched()
    web.deps.report({ step: 'card-removed' })
    await heading('Thẻ bị nhấc ra quá sớm. Đặt lại thẻ và giữ yên một giây')
    expect(await page.textContent('#code')).toBe('ECARD-2001')
    web.deps.report({ step: 'waiting-for-card' })
    await heading('Đặt thẻ lên đầu đọc')
    expect(await page.textContent('#code')).toBe('')
  })

  it('shows a refusal in place, with the button in focus, and begins again by it', async () => {
    let isRefused = true
    await open(({ cardAuth }) => ({
      cardAuth: {
        ...cardAuth,
        finish: (attempt) =>
          isRefused ? Promise.reject(new CardRefused('card-revoked')) : cardAuth.finish(attempt),
      },
    }))
    await watched()
    web.deps.report({ step: 'signing-in' })
    await heading('Thẻ đã bị thu hồi')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('retry')
    expect(await page.isVisible('#number')).toBe(false)
    isRefused = false
    await page.keyboard.press('Enter')
    await heading('Đặt thẻ lên đầu đọc')
    await watched()
    web.deps.report({ step: 'signing-in' })
    await page.waitForURL(`${web.url}/authorize/${interactionId}`)
  })

  it('says when the time is up, and begins again by the button', async () => {
    await open(({ cardAuth, clock }) => ({
      cardAuth: {
        ...cardAuth,
        start: async (request) => {
          const expiresAt = new Date(clock.now().getTime() + 1000)
          return { ...(await cardAuth.start(request)), expiresAt }
        },
      },
    }))
    await heading('Đã quá thời gian. Bấm để thử lại')
    await page.click('#retry')
    await heading('Đặt thẻ lên đầu đọc')
  })

  it('goes on by itself once the agent runs', async () => {
    let isOffline = true
    await open(({ cardAuth }) => ({
      cardAuth: {
        ...cardAuth,
        start: (request) =>
          isOffline ? Promise.reject(new TerminalOffline('offline')) : cardAuth.start(request),
      },
    }))
    await heading('Máy này chưa chạy phần mềm đọc thẻ')
    isOffline = false
    await heading('Đặt thẻ lên đầu đọc')
    expect(await page.isVisible('#number')).toBe(true)
  })

  it('goes on by itself when the browser has been paired in another tab', async () => {
    await open(undefined, { isPaired: false })
    await heading('Trình duyệt này chưa được ghép với máy đọc thẻ')
    await pair()
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await heading('Đặt thẻ lên đầu đọc')
  })

  it('puts the passkey first and calmly where there is no reader, until there is one', async () => {
    // No device makes passkeys for an address in numbers.
    const options = { challenge: 'AAAA', rpId: '127.0.0.1' }
    const begin = () => Promise.resolve({ challengeId, options })
    await open(() => ({ passkeys: fakePasskeys({ begin }) }), { isPaired: false })
    await heading('Đăng nhập bằng khóa truy cập')
    const colourOf = (what: string) =>
      page.locator(what).evaluate((element) => getComputedStyle(element).color)
    expect(await colourOf('#heading')).toBe(await colourOf('#passkey-heading'))
    for (const part of ['.picture', '#code', '#retry'])
      expect([part, await page.isVisible(part)]).toEqual([part, false])
    await pair()
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await heading('Đặt thẻ lên đầu đọc')
    for (const part of ['.picture', '#number'])
      expect([part, await page.isVisible(part)]).toEqual([part, true])
    await page.click('#passkey-use')
    await heading('Chưa dùng được khóa truy cập')
    expect(await page.isVisible('#retry')).toBe(true)
  })

  it('counts down and tries again while the service is busy', async () => {
    let isAway = true
    await open(({ cardAuth }) => ({
      cardAuth: {
        ...cardAuth,
        finish: (attempt) =>
          isAway ? Promise.reject(new StoreUnavailable('away')) : cardAuth.finish(attempt),
      },
    }))
    await watched()
    web.deps.report({ step: 'signing-in' })
    await heading('Hệ thống đang bận, tự thử lại sau 5 giây')
    await heading('Hệ thống đang bận, tự thử lại sau 4 giây')
    isAway = false
    await heading('Đặt thẻ lên đầu đọc')
  })

  it('says that the network is gone, and comes back to where it was', async () => {
    await open()
    await watched()
    web.deps.report({ step: 'reading' })
    await heading('Đang đọc thẻ, giữ nguyên thẻ trên đầu đọc')
    await context.setOffline(true)
    await heading('Mất kết nối mạng. Trang tự nối lại')
    await context.setOffline(false)
    await heading('Đang đọc thẻ, giữ nguyên thẻ trên đầu đọc')
  })

  it('goes back to the application when the person cancels', async () => {
    await open()
    await page.click('#cancel button')
    await page.waitForURL(`${web.url}/authorize/${interactionId}?cancelled`)
  })

  it('speaks English after the switch, also in what comes later', async () => {
    await open()
    await page.click('.switch')
    await heading('Place your card on the reader')
    await watched()
    web.deps.report({ step: 'wrong-pin', triesLeft: 2 })
    await heading('Wrong PIN. 2 tries left')
  })

  it.each([
    ['a desk', { width: 1280, height: 800 }],
    ['a phone', { width: 360, height: 740 }],
  ])('moves nothing but the words, and fits the screen of %s', async (_what, size) => {
    await page.setViewportSize(size)
    await open()
    const place = () => page.locator('#cancel button').boundingBox()
    const before = await place()
    await watched()
    web.deps.report({ step: 'no-reader' })
    await heading('Không thấy đầu đọc thẻ. Kiểm tra dây cắm')
    expect(await place()).toEqual(before)
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(beyond).toBe(0)
  })
})

describe('the pairing page in a browser', () => {
  it('pairs when the person agrees, and keeps the code out of address and history', async () => {
    const codes: string[] = []
    await open(({ terminals }) => ({
      terminals: { ...terminals, pair: (code) => terminals.pair((codes.push(code), code)) },
    }))
    await page.goto(`${web.url}/terminal/pair#the-code`)
    expect(page.url()).toBe(`${web.url}/terminal/pair`)
    expect(codes).toEqual([])
    await page.click('#pair')
    await heading('Đã ghép với máy Quầy 3, Trung tâm Phục vụ hành chính công')
    expect(codes).toEqual(['the-code'])
    expect(await page.isVisible('#pair')).toBe(false)
  })

  it('says where to open it from when there is no code', async () => {
    await open()
    await page.goto(`${web.url}/terminal/pair`)
    await heading('Hãy mở trang này từ phần mềm đọc thẻ')
  })
})

async function open(
  change?: (deps: ReturnType<typeof fakeDeps>) => Partial<AppDeps>,
  { isPaired = true }: { isPaired?: boolean } = {},
): Promise<void> {
  web = await startWeb(change)
  if (isPaired) await pair()
  await page.goto(web.url + signIn)
}

function pair(): Promise<void> {
  return context.addCookies([{ name: 'ecard-terminal', value: pairingSecret, url: web.url }])
}

/** Until the page hears what the terminal reports. */
function watched(): Promise<void> {
  return expect
    .poll(() => web.deps.watcherCount())
    .toBeGreaterThan(0)
    .then(() => undefined)
}

async function heading(text: string): Promise<void> {
  await page.getByRole('heading', { name: text, exact: true }).waitFor({ timeout: 8000 })
}
