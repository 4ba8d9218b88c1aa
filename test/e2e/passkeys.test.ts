import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reinstateCard } from '../../src/cards/reinstate-card.ts'
import { suspendCard } from '../../src/cards/suspend-card.ts'
import { compose, type Service } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { deactivateHolder } from '../../src/holders/deactivate-holder.ts'
import { reactivateHolder } from '../../src/holders/reactivate-holder.ts'
import { silentLog } from '../../src/log.ts'
import type { ClientPolicy } from '../../src/oidc/client-store.ts'
import { revokePasskey } from '../../src/passkeys/end-passkey.ts'
import { launchChromium } from '../../src/web/test-support/chromium.ts'
import { openSoftTerminal } from '../bench/soft-terminal.ts'
import { buildDesk, type Desk } from '../bench/world.ts'
import { freePort } from '../support/servers.ts'
import { startRelyingParty, type RelyingParty } from '../support/relying-party.ts'
import { createTestDatabase } from '../support/test-database.ts'
import {
  addVirtualDevice,
  type HeldCredential,
  type VirtualDevice,
} from '../support/virtual-device.ts'

let folder: string
let database: Awaited<ReturnType<typeof createTestDatabase>>
let service: Service
let issuer: string
/** A paired machine whose holder shows card and PIN as soon as they are asked for. */
let desk: Desk
let hangUp: () => void
let documents: RelyingParty
/** Applications that take the card alone: for their level, and from a day on. */
let strict: Record<'level' | 'date', RelyingParty>
let browser: Browser
let context: BrowserContext
let page: Page
let phone: VirtualDevice
/** What the security key held before it was used for the first time. */
let heldEarly: HeldCredential
/** What the scripts of the page complained about. */
const complaints: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-passkeys-'))
  database = await createTestDatabase()
  const port = await freePort()
  issuer = `http://localhost:${port}`
  const environment = {
    ECARD_ISSUER: issuer,
    ECARD_PORT: String(port),
    ECARD_DATA_DIR: folder,
    DATABASE_URL: database.url,
    ECARD_PASSKEY_SYNCED: 'refuse',
  }
  const { config, secrets } = readConfig(environment)
  service = await compose(config, secrets, { log: silentLog })
  desk = await buildDesk(service.parts, 1, { keySlot: '9A' })
  documents = await application('documents', {})
  strict = {
    level: await application('follow-up', { leastLevel: 'high' }),
    date: await application('meetings', { cardCompulsoryFrom: new Date('2026-01-02T00:00+07:00') }),
  }
  await service.listen()
  for (const party of [documents, strict.level, strict.date]) await party.connect(issuer)
  hangUp = await openSoftTerminal(issuer, desk)
  browser = await launchChromium()
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  page = await openPage()
  phone = await addVirtualDevice(page)
})
afterAll(async () => {
  await browser.close()
  hangUp()
  for (const party of [documents, strict.level, strict.date]) await party.close()
  await service.close()
  await database.drop()
  await rm(folder, { recursive: true })
})

describe('passkeys in a browser', () => {
  it('are registered right after card and PIN, with a name', async () => {
    await atTheDesk()
    await page.goto(`${issuer}/passkeys`)
    await page.locator('#add-passkey input').fill('Điện thoại của Mẫu')
    await page.locator('#add-passkey button').click()
    await page.locator('.passkey-name', { hasText: 'Điện thoại của Mẫu' }).waitFor()
    expect(await phone.credentials()).toHaveLength(1)
    expect((await phone.credentials())[0]?.isResidentCredential).toBe(true)
  })

  it('are not registered a second time on the same device', async () => {
    await page.locator('#add-passkey button').click()
    await page.locator('#passkey-status', { hasText: 'Chưa tạo được khóa truy cập' }).waitFor()
    expect(await phone.credentials()).toHaveLength(1)
  })

  it('sign in by the button, where no terminal is paired', async () => {
    await atHome()
    await phone.setTouch(false)
    const starts = countRequests('/passkey/start')
    await page.goto(await signInAddress())
    await heading('Trình duyệt này chưa được ghép với máy đọc thẻ')
    // The browser's own list is asked for first, and waits.
    await expect.poll(starts).toBe(1)
    await picture('passkey-sign-in')
    await page.setViewportSize({ width: 390, height: 844 })
    await picture('passkey-sign-in-phone')
    await page.setViewportSize({ width: 1280, height: 800 })
    await phone.setTouch(true)
    await page.locator('#passkey-use').click()
    await signedIn()
    expect(starts()).toBe(2)
    const [session] = documents.sessions.slice(-1)
    expect(session?.claims).toMatchObject({
      acr: 'urn:ecard:loa:substantial',
      amr: ['hwk', 'user'],
      card_kind: 'civil-servant',
      name: 'Nguyễn Văn Mẫu 1',
    })
  })

  it('do not vouch for the next one: that takes the card', async () => {
    await page.goto(`${issuer}/passkeys`)
    await page.locator('.passkey-name', { hasText: 'Điện thoại của Mẫu' }).waitFor()
    await picture('passkeys')
    expect(await page.locator('#add-passkey').count()).toBe(0)
    expect(await page.locator('a[href="/passkeys/confirm"]').isVisible()).toBe(true)
    expect(await post('/passkeys/register/start')).toMatchObject({ refused: 'proof-missing' })
  })

  it('sign in by the browser’s autofill, without a press of any button', async () => {
    await atHome()
    const starts = countRequests('/passkey/start')
    await page.goto(await signInAddress())
    await signedIn()
    expect(starts()).toBe(1)
  })

  it('are as many as a holder has devices', async () => {
    await atTheDesk()
    const otherPage = await openPage()
    const key = await addVirtualDevice(otherPage, { transport: 'usb' })
    await otherPage.goto(`${issuer}/passkeys`)
    await otherPage.locator('#add-passkey input').fill('Khóa bảo mật')
    await otherPage.locator('#add-passkey button').click()
    await otherPage.locator('.passkey-name', { hasText: 'Khóa bảo mật' }).waitFor()
    expect(await otherPage.locator('.passkey-name').count()).toBe(2)
    heldEarly = await heldBy(key)
    await atHome()
    await otherPage.goto(await signInAddress())
    await otherPage.locator('#passkey-use').click()
    await signedIn(otherPage)
    expect((await heldBy(key)).signCount).toBeGreaterThan(heldEarly.signCount)
    await otherPage.close()
  })

  it('are not offered where an application takes the card alone, and the page says why', async () => {
    for (const [party, words] of [
      [strict.level, 'mức cao'],
      [strict.date, 'Từ ngày 02/01/2026'],
    ] as const) {
      await page.goto((await party.authorizationUrl()).href)
      await page.locator('#card-alone', { hasText: words }).waitFor()
      expect(await page.locator('#passkey').count()).toBe(0)
      expect(await post(`${new URL(page.url()).pathname}/passkey/start`)).toMatchObject({
        refused: 'not-offered',
      })
    }
    await picture('card-alone')
  })

  it('say so in place where the device does not make sure of its owner', async () => {
    await atHome()
    await phone.setVerified(false)
    await page.goto(await signInAddress())
    await page.locator('#passkey-use').click()
    await heading('Chưa dùng được khóa truy cập')
    expect(await page.locator('#code').innerText()).toBe('ECARD-2021')
    await phone.setVerified(true)
    await page.locator('#passkey-use').click()
    await signedIn()
  })

  it('stop with the last card of their holder, their sessions too, and go on with it', async () => {
    await atHome()
    const told = documents.logoutTokens.length
    await page.goto(await signInAddress())
    await signedIn()
    const request = { cardUuid: desk.card.cardUuid, actor: 'ecard', reason: 'missing' }
    await suspendCard(service.parts, request)
    await expect.poll(() => documents.logoutTokens.length).toBeGreaterThan(told)
    await atHome()
    await page.goto(await signInAddress())
    await heading('Khóa truy cập tạm ngừng')
    await reinstateCard(service.parts, { ...request, reason: 'found' })
    await page.goto(await signInAddress())
    await signedIn()
  })

  it('are not made where they would be synced and policy refuses that', async () => {
    await atTheDesk()
    const otherPage = await openPage()
    await addVirtualDevice(otherPage, { transport: 'usb', isSynced: true })
    await otherPage.goto(`${issuer}/passkeys`)
    await otherPage.locator('#add-passkey button').click()
    await otherPage.locator('#passkey-status', { hasText: 'ECARD-1635' }).waitFor()
    expect(await service.parts.passkeys.listOf(desk.card.holderId)).toHaveLength(2)
    await otherPage.close()
  })

  it('sign nobody in with what another site has asked the device for', async () => {
    const thief = await openPage(await browser.newContext())
    const begun = await beginAt(thief)
    // A site beside ours in the domain can ask; one outside it cannot even do that.
    await page.goto(documents.origin)
    const body = { ...begun.id, response: await askDevice(begun.options) }
    const answer = await post(begun.finish, { body, at: thief })
    expect(answer).toMatchObject({ refused: 'origin-mismatch' })
    await page.goto(documents.origin.replace('localhost', '127.0.0.1'))
    await expect(askDevice(begun.options)).rejects.toThrow('SecurityError')
    await thief.context().close()
  })

  it('answer a challenge once, and in the browser that asked for it', async () => {
    await atHome()
    await phone.setTouch(false)
    const begun = await beginAt(page)
    // A page of ours without a script, which would ask as well.
    await page.goto(`${issuer}/.well-known/openid-configuration`)
    await phone.setTouch(true)
    const body = { ...begun.id, response: await askDevice(begun.options) }
    const thief = await openPage(await browser.newContext())
    const { finish } = await beginAt(thief)
    expect(await post(finish, { body, at: thief })).toMatchObject({
      refused: 'challenge-other-browser',
    })
    await thief.context().close()
    const outcomes = await Promise.all([1, 2].map(() => post(begun.finish, { body })))
    expect(outcomes).toContainEqual(expect.objectContaining({ name: 'Nguyễn Văn Mẫu 1' }))
    expect(outcomes).toContainEqual(expect.objectContaining({ refused: 'challenge-used' }))
  })

  it('stop with their holder', async () => {
    const request = { holderId: desk.card.holderId, actor: 'ecard', reason: 'has left' }
    await deactivateHolder(service.parts, request)
    await atHome()
    await page.goto(await signInAddress())
    await heading('Chủ thẻ không còn hoạt động')
    await reactivateHolder(service.parts, { ...request, reason: 'is back' })
    await page.goto(await signInAddress())
    await signedIn()
  })

  it('go out of use when their counter goes back: somebody has a copy', async () => {
    const otherPage = await openPage(await browser.newContext())
    const copy = await addVirtualDevice(otherPage, { transport: 'usb' })
    await copy.hold(heldEarly)
    await otherPage.goto(await signInAddress())
    await otherPage.locator('#passkey-use').click()
    await heading('có dấu hiệu bị sao chép và đã ngừng dùng', otherPage)
    expect(await otherPage.locator('#code').innerText()).toBe('ECARD-1624')
    const [passkey] = await passkeysNamed('Khóa bảo mật')
    expect(passkey?.state).toBe('flagged')
    await otherPage.context().close()
  })

  it('end with their sessions when they are revoked, and are refused from then on', async () => {
    await atHome()
    const told = documents.logoutTokens.length
    await page.goto(await signInAddress())
    await signedIn()
    const [passkey] = await passkeysNamed('Điện thoại của Mẫu')
    const request = { passkeyId: passkey?.id ?? '', holderId: null, actor: 'ecard' }
    await revokePasskey(service.parts, { ...request, reason: 'lost' })
    await expect.poll(() => documents.logoutTokens.length).toBeGreaterThan(told)
    await atHome()
    await page.goto(await signInAddress())
    await heading('Khóa truy cập này đã bị gỡ bỏ')
    expect(await page.locator('#code').innerText()).toBe('ECARD-1631')
  })

  it('brought nothing that a page of ours would have to complain about', () => {
    expect(complaints).toEqual([])
  })
})

/** In this browser the next sign-in finds a card; nobody is signed in. */
async function atTheDesk(): Promise<void> {
  await context.clearCookies()
  const pairing = { name: 'ecard-terminal', value: desk.pairingSecret }
  await context.addCookies([{ ...pairing, url: issuer, httpOnly: true, sameSite: 'Lax' }])
}

/** In this browser there is no reader; nobody is signed in. */
async function atHome(): Promise<void> {
  await context.clearCookies()
}

async function signInAddress(): Promise<string> {
  return (await documents.authorizationUrl()).href
}

async function signedIn(at = page): Promise<void> {
  await at.waitForURL(`${documents.origin}/callback**`)
  await expect.poll(() => at.locator('body').innerText()).toContain('signedIn')
}

async function heading(words: string, at = page): Promise<void> {
  await at.locator('#heading', { hasText: words }).waitFor()
}

/** What the service answers to a script of the page. */
function post(path: string, { body = {}, at = page } = {}): Promise<unknown> {
  return at.evaluate(
    async ([asked, sent]) => {
      const headers = { 'Content-Type': 'application/json' }
      const answer = await fetch(asked, { method: 'POST', headers, body: sent })
      return answer.json() as Promise<unknown>
    },
    [path, JSON.stringify(body)] as const,
  )
}

/** A sign-in of the browser that has this page, with a challenge that nobody has answered. */
async function beginAt(at: Page) {
  await at.goto(await signInAddress())
  const { pathname } = new URL(at.url())
  const answer = await post(`${pathname}/passkey/start`, { at })
  const { options, ...id } = answer as {
    challengeId: string
    options: PublicKeyCredentialRequestOptionsJSON
  }
  return { id, options, finish: `${pathname}/passkey/finish` }
}

/** What the device answers to whatever page this one is. */
function askDevice(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  return page.evaluate(async (asked) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked)
    const credential = await navigator.credentials.get({ publicKey })
    return (credential as PublicKeyCredential).toJSON() as unknown
  }, options)
}

async function heldBy(device: VirtualDevice): Promise<HeldCredential> {
  const [credential] = await device.credentials()
  if (credential === undefined) throw new Error('the device holds no key')
  return credential
}

async function picture(name: string): Promise<void> {
  await page.screenshot({ path: join(import.meta.dirname, 'screenshots', `${name}.png`) })
}

function countRequests(path: string): () => number {
  let count = 0
  page.on('request', (request) => {
    if (request.url().includes(path)) count += 1
  })
  return () => count
}

async function passkeysNamed(name: string) {
  const all = await service.parts.passkeys.listOf(desk.card.holderId)
  return all.filter((passkey) => passkey.name === name)
}

async function application(clientId: string, policy: Partial<ClientPolicy>): Promise<RelyingParty> {
  const party = await startRelyingParty({ clientId })
  const all = { leastLevel: 'low', cardKinds: ['civil-servant'], agencyIds: null } as const
  await service.parts.clients.upsert({
    clientId: party.clientId,
    name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    agencyId: null,
    state: 'active',
    metadata: party.metadata,
    secretHash: null,
    policy: { ...all, cardCompulsoryFrom: null, ...policy },
  })
  return party
}

async function openPage(within = context): Promise<Page> {
  const opened = await within.newPage()
  opened.on('pageerror', (error) => complaints.push(error.message))
  opened.on('console', (message) => {
    const isAboutStatus = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isAboutStatus) complaints.push(message.text())
  })
  return opened
}
