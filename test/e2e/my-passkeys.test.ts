import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compose, type Service } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { launchChromium } from '../../src/web/test-support/chromium.ts'
import { openSoftTerminal } from '../bench/soft-terminal.ts'
import { buildDesk, type Desk } from '../bench/world.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { freePort } from '../support/servers.ts'
import { createTestDatabase } from '../support/test-database.ts'
import { addVirtualDevice } from '../support/virtual-device.ts'

let folder: string
let database: Awaited<ReturnType<typeof createTestDatabase>>
let post: MailServer
let service: Service
let issuer: string
let desk: Desk
let hangUp: () => void
let browser: Browser
let page: Page
/** What the scripts of the pages complained about. */
const complaints: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-my-passkeys-'))
  database = await createTestDatabase()
  post = await startMailServer()
  const port = await freePort()
  issuer = `http://localhost:${port}`
  const { config, secrets } = readConfig({
    ECARD_ISSUER: issuer,
    ECARD_PORT: String(port),
    ECARD_DATA_DIR: folder,
    DATABASE_URL: database.url,
    ECARD_SMTP_HOST: '127.0.0.1',
    ECARD_SMTP_PORT: String(post.port),
    ECARD_SMTP_SECURITY: 'none',
    ECARD_MAIL_FROM: 'the-dien-tu@minhhoa.example',
  })
  service = await compose(config, secrets, { log: silentLog })
  desk = await buildDesk(service.parts, 1, { keySlot: '9A' })
  const address = 'mau@minhhoa.example'
  const { holderId } = desk.card
  await service.parts.db.query('update holders set email = $2 where id = $1', [holderId, address])
  await service.listen()
  hangUp = await openSoftTerminal(issuer, desk)
  browser = await launchChromium()
  page = await openPage()
})
afterAll(async () => {
  await browser.close()
  hangUp()
  await service.close()
  await post.stop()
  await database.drop()
  await rm(folder, { recursive: true })
})

it('lets its holder add, rename and remove a passkey, and tells them of each by mail', async () => {
  await page.goto(`${issuer}/passkeys`)
  await page.getByText('m***@minhhoa.example').waitFor()
  await page.locator('#add-passkey input').fill('Khóa bảo mật')
  await page.locator('#add-passkey button').click()
  // Whoever cannot see the page is where it says what was done.
  await page.locator('#passkey-status:focus', { hasText: 'Đã thêm khóa truy cập' }).waitFor()
  expect(page.url()).toBe(`${issuer}/passkeys`)

  await page.locator('a[href$="/rename"]').click()
  await page.locator('#name:focus').fill('Khóa dự phòng')
  await page.keyboard.press('Enter')
  await page.locator('#passkey-status:focus', { hasText: 'Đã đổi tên' }).waitFor()

  // Six minutes later, at a computer left open: the card once more, and then on to the question.
  await makeSignInOlder(360)
  await page.locator('a[href$="/remove"]').click()
  await page.locator('h1', { hasText: 'Gỡ bỏ khóa truy cập này?' }).waitFor()
  expect(page.url()).toMatch(/\/passkeys\/[0-9a-f-]{36}\/remove$/)
  await page.locator('.button-stop').click()
  await page.locator('#passkey-status:focus', { hasText: 'Đã gỡ bỏ' }).waitFor()
  expect(await page.locator('.passkey-item').count()).toBe(0)

  const subjects = () => post.received.map(({ headers }) => headers.get('subject')).sort()
  await expect
    .poll(subjects, { timeout: 20_000 })
    .toEqual([
      'Đã gỡ bỏ khóa truy cập · A passkey was removed',
      'Đã thêm khóa truy cập · A passkey was added',
      'Đã đổi tên khóa truy cập · A passkey was renamed',
    ])
  const text = post.received[0]?.parts.get('text/plain')
  expect(text).toContain('Khóa truy cập: “Khóa bảo mật”')
  expect(text).toContain('Trình duyệt: Chrome, Linux')
  expect(complaints).toEqual([])
})

async function makeSignInOlder(seconds: number): Promise<void> {
  const { sessions } = service.parts.provider.parts
  const [uid = ''] = await sessions.sessionsOf({ kind: 'holder', id: desk.card.holderId })
  const signIn = await sessions.find(uid)
  if (signIn === null) throw new Error('nobody is signed in')
  await sessions.record(uid, { ...signIn, at: signIn.at - seconds }, 3600)
}

/** In a browser that is paired with the reader, on a machine with a device for passkeys. */
async function openPage(): Promise<Page> {
  const context = await browser.newContext()
  const pairing = { name: 'ecard-terminal', value: desk.pairingSecret }
  await context.addCookies([{ ...pairing, url: issuer, httpOnly: true, sameSite: 'Lax' }])
  const opened = await context.newPage()
  opened.on('pageerror', (error) => complaints.push(error.message))
  opened.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await addVirtualDevice(opened, { transport: 'usb' })
  return opened
}
