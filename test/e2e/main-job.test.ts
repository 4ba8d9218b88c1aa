import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVpcdSlot } from '../../card-reader/virtual-card/vpcd.ts'
import type { ApplicationId } from '../../scripts/demo-province/applications.ts'
import { demoCards, type DemoCardId } from '../../scripts/demo-province/province.ts'
import { createFakePinDesk, type FakePinDesk } from '../support/fake-pin-desk.ts'
import { acquirePcscd, untilPcscSees, vpcdReaderNames, type Pcscd } from '../support/pcscd.ts'
import { runProgram, startProgram, type Program } from '../support/program.ts'
import { startProvince, type Province } from '../support/province.ts'

/** What README and reviewers look at; every run takes the pictures anew. */
const screenshots = join(import.meta.dirname, 'screenshots')
const slot = createVpcdSlot()
const printed: (() => string)[] = []

let folder: string
let pcscd: Pcscd
let province: Province
let pinDesk: FakePinDesk
let agent: Program
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-main-job-'))
  await mkdir(screenshots, { recursive: true })
  pcscd = await acquirePcscd()
  province = await startProvince()
  printed.push(province.service.output)
  pinDesk = await createFakePinDesk(folder)
  agent = await startAgent()
  browser = await startChromium()
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  // Waiting for the turn on this machine's one pcscd is part of it.
}, 240_000)

afterAll(async () => {
  await slot.remove()
  await browser.close()
  await agent.stop()
  await province.close()
  await pcscd.release()
  await rm(folder, { recursive: true })
})

describe('the main job, with a card on pcscd and a real browser', () => {
  it('pairs the browser at the one-time address that the terminal gives', async () => {
    const link = await pairingLink()
    await page.goto(link)
    await page.locator('#pair').click()
    await expectHeading(/Quầy số 1/)
    await picture('paired')
    await page.goto('about:blank')
    await page.goto(link)
    await page.locator('#pair').click()
    await expectCode('ECARD-')
  })

  it('signs an official in by a tap', async () => {
    await open('van-ban')
    await expectHeading('Đặt thẻ lên đầu đọc')
    expect(await page.locator('h1').innerText()).toContain('Quản lý văn bản và điều hành')
    expect(await page.locator('#terminal').innerText()).toBe('Quầy số 1')
    const number = await page.locator('#number-digits').innerText()
    await agent.untilSays(new RegExp(`\\b${number}\\b`))
    await picture('waiting')
    await slot.insert(province.cards['nguyen-van-mau'])
    await expectSignedIn('van-ban', 'Nguyễn Văn Mẫu')
    await picture('application')
    await takeAway()
  })

  it('opens the next application without a tap', async () => {
    await open('mot-cua')
    await expectSignedIn('mot-cua', 'Nguyễn Văn Mẫu')
  })

  it('signs out of both at once, by back-channel', async () => {
    const other = await context.newPage()
    await other.goto(`${province.at.applications['van-ban'].origin}/`)
    await other.locator('form[action="/sign-out"] button').click()
    await page.locator('.ended').waitFor({ state: 'visible' })
    await picture('signed-out-elsewhere')
    await other.close()
    await open('mot-cua')
    await expectHeading('Đặt thẻ lên đầu đọc')
  })

  it('asks for the PIN in the terminal’s own window and tells how many tries are left', async () => {
    await open('chi-dao')
    await slot.insert(province.cards['nguyen-van-mau'])
    await expectHeading('Nhập mã PIN trên cửa sổ của máy này')
    await picture('pin')
    await pinDesk.type('000000')
    await expectHeading('Mã PIN chưa đúng. Còn 2 lần thử')
    await picture('wrong-pin')
    await pinDesk.type(pinOf('nguyen-van-mau'))
    await expectSignedIn('chi-dao', 'Nguyễn Văn Mẫu')
    expect(await page.locator('main').innerText()).toContain('urn:ecard:loa:high')
    await takeAway()
    await signOut()
  })

  it('goes on after a card was pulled away and tapped again', async () => {
    await open('tiep-dan')
    await expectHeading('Đặt thẻ lên đầu đọc')
    const card = province.cards['tran-thi-vi-du']
    card.faults.pullAwayAtExchange(2)
    await slot.insert(card)
    await expectHeading(/Thẻ bị nhấc ra quá sớm/)
    await picture('pulled-away')
    await slot.remove()
    await slot.insert(card)
    await expectSignedIn('tiep-dan', 'Trần Thị Ví Dụ')
    await takeAway()
    await signOut()
  })

  it('refuses a kind of card that the application is not for, and takes another one', async () => {
    await open('chi-dao')
    await slot.insert(province.cards['tran-thi-vi-du'])
    await expectHeading('Nhập mã PIN trên cửa sổ của máy này')
    await pinDesk.type(pinOf('tran-thi-vi-du'))
    await expectHeading(/Ứng dụng này chỉ dành cho/)
    await picture('kind-not-admitted')
    await takeAway()
  })

  it('goes on after the agent was killed and started again', async () => {
    await agent.stop('SIGKILL')
    await open('van-ban')
    await expectHeading('Máy này chưa chạy phần mềm đọc thẻ')
    await picture('no-agent')
    agent = await startAgent()
    await retry()
    await slot.insert(province.cards['nguyen-van-mau'])
    await expectSignedIn('van-ban', 'Nguyễn Văn Mẫu')
    await takeAway()
  })

  it('ends the sessions of a suspended card within a second and refuses the card', async () => {
    const cardUuid = province.cardUuids['nguyen-van-mau']
    const planned = await province.ecard('card', 'suspend', cardUuid, '--reason', 'thử')
    expect(planned.output).toContain('Nothing changed')
    expect(await page.locator('.ended').isVisible()).toBe(false)
    await expectDone('card', 'suspend', cardUuid, '--reason', 'thử', '--apply')
    await page.locator('.ended').waitFor({ state: 'visible', timeout: 5_000 })
    await open('van-ban')
    await slot.insert(province.cards['nguyen-van-mau'])
    await expectHeading(/Thẻ đang tạm khóa từ \d\d\/\d\d\/\d{4}/)
    await expectCode('ECARD-')
    await picture('suspended')
    await takeAway()
    await expectDone('card', 'reinstate', cardUuid, '--reason', 'thử', '--apply')
    await retry()
    await slot.insert(province.cards['nguyen-van-mau'])
    await expectSignedIn('van-ban', 'Nguyễn Văn Mẫu')
    await takeAway()
    await signOut()
  })

  it('works with the keyboard alone, in English', async () => {
    await page.goto(`${province.at.applications['van-ban'].origin}/sign-in?`)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').getAttribute('href')).toMatch(/^#/)
    await page.locator('a[hreflang="en"]').focus()
    await page.keyboard.press('Enter')
    await expectHeading('Place your card on the reader')
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await picture('english')
    await page.setViewportSize({ width: 390, height: 844 })
    await picture('phone')
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  it('has an audit event for each of it', async () => {
    const { output } = await province.ecard('audit', 'list', '--limit', '1000')
    for (const event of [
      /terminal\.enrolled +succeeded/,
      /terminal\.browser-paired +succeeded/,
      /card-auth\.\S+ +succeeded/,
      /card-auth\.\S+ +refused .*card-suspended/,
      /card-auth\.\S+ +refused .*card-kind-not-admitted/,
      /card\.suspended +succeeded .*thử/,
      /card\.reinstated +succeeded .*thử/,
    ]) {
      expect(output).toMatch(event)
    }
  })

  it('has logged nothing secret, at the most talkative level', () => {
    const lines = printed.map((output) => output()).join('\n')
    expect(lines).toContain('"level":20')
    for (const { pin } of demoCards) expect(lines).not.toContain(pin)
    // Tokens and signatures of JWS, base64 nonces of 32 bytes, PIV commands, codes in addresses.
    expect(lines).not.toMatch(/eyJ[\w-]{10,}/)
    expect(lines).not.toMatch(/(?<![\w+/-])[\w+/]{43}=/)
    expect(lines).not.toMatch(/00a40400|0087(11|07|14)9[ae]|00200080/i)
    expect(lines).not.toMatch(/[?&#](code|state|login_hint|id_token_hint)=/)
  })
})

async function startAgent(): Promise<Program> {
  const args = ['run', '--no-open', '--state-dir', province.agentDir]
  const program = startProgram('card-reader/main.ts', args, {
    ...pinDesk.environment,
    ECARD_LOG_LEVEL: 'debug',
  })
  printed.push(program.output)
  await program.untilSays(/"event":"channel\.(online|welcome|opened)|"state":"online"/)
  return program
}

async function startChromium(): Promise<Browser> {
  const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const executablePath = candidates.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error('no Chromium: run ./scripts/test')
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  })
}

async function pairingLink(): Promise<string> {
  const args = ['pair', '--state-dir', province.agentDir]
  const { status, output } = await runProgram('card-reader/main.ts', args)
  expect(status).toBe(0)
  return /^http\S+$/m.exec(output)?.[0] ?? ''
}

/** PC/SC looks a few times a second: until then the card that was lifted still seems to be there. */
async function takeAway(): Promise<void> {
  await slot.remove()
  await untilPcscSees('no card', vpcdReaderNames[0])
}

async function open(application: ApplicationId): Promise<void> {
  await page.goto(`${province.at.applications[application].origin}/sign-in`)
}

async function expectSignedIn(application: ApplicationId, name: string): Promise<void> {
  await page.waitForURL(`${province.at.applications[application].origin}/`)
  await page.locator('.visitor-name', { hasText: name }).waitFor()
}

async function expectHeading(words: string | RegExp): Promise<void> {
  await page.locator('#heading', { hasText: words }).waitFor()
}

async function expectCode(start: string): Promise<void> {
  await page.locator('#code', { hasText: start }).waitFor()
}

async function retry(): Promise<void> {
  await page.locator('#retry').click()
  await expectHeading('Đặt thẻ lên đầu đọc')
}

async function signOut(): Promise<void> {
  await page.locator('form[action="/sign-out"] button').click()
  await page.locator('a[href="/sign-in"]').waitFor()
}

async function expectDone(...args: string[]): Promise<void> {
  expect(await province.ecard(...args)).toMatchObject({ status: 0 })
}

async function picture(name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`) })
}

function pinOf(id: DemoCardId): string {
  return demoCards.find((card) => card.id === id)?.pin ?? ''
}
