import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type * as Chromium from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  addressesFrom,
  everyAddress,
  lastPortOffset,
  type Addresses,
} from '../../scripts/demo-province/addresses.ts'
import { demoCards } from '../../scripts/demo-province/province.ts'
import { checkPorts } from '../../scripts/demo-province/start/check-ports.ts'
import { launchChromium } from '../../src/web/test-support/chromium.ts'
import { createSmallBrowser, type Page, type SmallBrowser } from '../support/small-browser.ts'
import { addVirtualDevice } from '../support/virtual-device.ts'

const program = resolve(import.meta.dirname, '../../scripts/demo')
const folder = mkdtempSync(join(tmpdir(), 'ecard-demo-'))
const dataDir = join(folder, 'data')

let portBase: number
let at: Addresses

beforeAll(async () => {
  portBase = await freePortBase()
  at = addressesFrom(portBase)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const spawned: ChildProcess[] = []

/** A test that failed leaves its demo to the next one otherwise. */
afterEach(async () => {
  for (const child of spawned.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    await ended
  }
})

describe('./scripts/demo', () => {
  it('signs a newcomer in by a tap, and in again without one, then out everywhere', async () => {
    const demo = await startDemo()
    const browser = createSmallBrowser()
    await pairBrowser(browser)

    const documents = await tapIn(browser, 'van-ban', 'nguyen-van-mau')
    expect(documents.html).toContain('Nguyễn Văn Mẫu')
    expect(documents.html).toContain('Chuyên viên, Văn phòng Ủy ban nhân dân tỉnh Minh Họa')
    expect(documents.html).toContain('urn:ecard:loa:low')

    const meetings = await browser.get(`${at.applications['lich-hop'].origin}/sign-in`)
    expect(meetings.html).toContain('Lịch họp tuần này')

    await browser.submit(documents, '/sign-out')
    const { html } = await browser.get(at.applications['lich-hop'].origin)
    expect(html).toContain('Phiên đăng nhập của bạn đã kết thúc')
    await stopDemo(demo)
  })

  it('lets a newcomer make a passkey with card and PIN, and sign in with it', async () => {
    const demo = await startDemo()
    const chromium = await launchChromium()
    onTestFinished(() => chromium.close())
    const portal = await (await chromium.newContext()).newPage()
    await portal.goto(at.portal.origin)
    const pairing = await opened(portal, 'Ghép trình duyệt này')
    await pairing.locator('#pair').click()
    await pairing.locator('[data-picture="done"]').waitFor()

    const own = await opened(portal, 'Mở Khóa truy cập của tôi')
    await addVirtualDevice(own, { transport: 'usb' })
    await untilReader((shown) => shown['busy'] === true)
    await tap('nguyen-van-mau')
    await untilReader((shown) => shown['asksPin'] === true)
    await askReader('/pin', { pin: pinOf('nguyen-van-mau') })
    await own.locator('#add-passkey button').click()
    await own.locator('#passkey-status', { hasText: 'Đã thêm khóa truy cập' }).waitFor()
    await own.getByRole('link', { name: 'Đăng xuất' }).click()
    await own.getByRole('button', { name: 'Đăng xuất' }).click()
    await own.waitForURL('**/session/end/success**')

    await own.goto(at.applications['van-ban'].origin)
    await own.getByRole('link', { name: 'Đăng nhập bằng thẻ điện tử' }).click()
    await own.getByRole('button', { name: 'Dùng khóa truy cập' }).click()
    await own.getByText('Nguyễn Văn Mẫu', { exact: true }).waitFor()
    await own.getByText('Khóa truy cập (passkey)').waitFor()
    await own.getByText('urn:ecard:loa:substantial').waitFor()
    await own.goto(`${at.applications['chi-dao'].origin}/sign-in`)
    await own.locator('#card-alone').waitFor()
    await stopDemo(demo)
  })

  it('finds the same data at the second start, asks for the PIN and tells of a wrong one', async () => {
    const cards = cardFiles()
    const demo = await startDemo()
    expect(cardFiles()).toEqual(cards)
    const browser = createSmallBrowser()
    await pairBrowser(browser)

    const asked = await begin(browser, 'chi-dao')
    await tap('nguyen-van-mau')
    await untilReader((shown) => shown['asksPin'] === true)
    await askReader('/pin', { pin: '000000' })
    await untilReader((shown) => String(shown['pinProblem']).includes('Còn 2 lần thử'))
    await askReader('/pin', { pin: pinOf('nguyen-van-mau') })
    const directives = await finish(browser, asked)

    expect(directives.html).toContain('urn:ecard:loa:high')
    expect(directives.html).toContain('Chạm thẻ và mã PIN')
    await stopDemo(demo)
  })

  it('signs in with a card that was lifted too early and placed again', async () => {
    const demo = await startDemo()
    const browser = createSmallBrowser()
    await pairBrowser(browser)
    const asked = await begin(browser, 'tiep-dan')
    await askReader('/lifts-early', { on: true })
    await tap('tran-thi-vi-du')
    await untilReader((shown) => String(shown['status']).includes('nhấc ra quá sớm'))
    await tap('tran-thi-vi-du')
    const reception = await finish(browser, asked)
    expect(reception.html).toContain('Trần Thị Ví Dụ')
    await stopDemo(demo)
  })

  it('ends the sessions of a card that the administrator suspends, and refuses it', async () => {
    const demo = await startDemo()
    const browser = createSmallBrowser()
    await pairBrowser(browser)
    await tapIn(browser, 'lich-hop', 'cong-ty-vi-du')
    const portal = await browser.get(at.portal.origin)
    expect(portal.html).toContain('Đang đăng nhập: Công ty TNHH Ví Dụ')

    await browser.submit(portal, '/cards/cong-ty-vi-du/suspend')
    await untilPage(
      browser,
      at.applications['lich-hop'].origin,
      'Phiên đăng nhập của bạn đã kết thúc',
    )

    const asked = await begin(browser, 'lich-hop')
    await tap('cong-ty-vi-du')
    expect(await answerOf(browser, asked)).toMatchObject({ refused: 'card-suspended' })
    await browser.submit(await browser.get(at.portal.origin), '/cards/cong-ty-vi-du/reinstate')
    const again = await tapIn(browser, 'lich-hop', 'cong-ty-vi-du')
    expect(again.html).toContain('MST 0000000201')
    await stopDemo(demo)
  })

  it('starts again after it was killed', async () => {
    const killed = await startDemo()
    const ended = once(killed.process, 'exit')
    killed.process.kill('SIGKILL')
    await ended
    const demo = await startDemo()
    const browser = createSmallBrowser()
    await pairBrowser(browser)
    const documents = await tapIn(browser, 'van-ban', 'nguyen-van-mau')
    expect(documents.html).toContain('Nguyễn Văn Mẫu')
    await stopDemo(demo)
  })

  it('repairs what a first start left that was cut off among the cards', async () => {
    const fresh = join(folder, 'cut-off')
    const cutOff = spawnDemo(fresh)
    const firstCard = join(fresh, 'cards', `${demoCards[0]?.id ?? ''}.json`)
    const hasFirstCard = () => Promise.resolve(existsSync(firstCard))
    await until(hasFirstCard, { what: 'the first card', withinMs: startMs })
    const ended = once(cutOff.process, 'exit')
    cutOff.process.kill('SIGKILL')
    await ended

    const demo = await startDemo(fresh)
    const browser = createSmallBrowser()
    await pairBrowser(browser)
    for (const { id, holderName } of demoCards.slice(0, 2)) {
      const reception = await tapIn(browser, 'tiep-dan', id)
      expect(reception.html).toContain(holderName)
      await browser.submit(reception, '/sign-out')
    }
    await stopDemo(demo)
  })

  it('gives up starting at Ctrl-C', async () => {
    const demo = spawnDemo(dataDir)
    const isStarting = () => Promise.resolve(demo.output().includes('starting'))
    await until(isStarting, { what: 'the first line', withinMs: startMs })
    await stopDemo(demo)
  })

  it('makes a card anew whose file is gone', async () => {
    rmSync(join(dataDir, 'cards', 'tran-thi-vi-du.json'))
    const demo = await startDemo()
    const browser = createSmallBrowser()
    await pairBrowser(browser)
    const reception = await tapIn(browser, 'tiep-dan', 'tran-thi-vi-du')
    expect(reception.html).toContain('Trần Thị Ví Dụ')
    await stopDemo(demo)
  })

  it('says in a sentence why it cannot start', async () => {
    const taken = createServer().listen(portBase + 12, '127.0.0.1')
    await once(taken, 'listening')
    const port = run('--port-base', String(portBase), '--data-dir', dataDir)
    taken.close()
    expect(port.stderr).toContain(`Port ${portBase + 12} is in use by another program.`)

    writeFileSync(join(folder, 'file'), '')
    const unwritable = run('--data-dir', join(folder, 'file', 'data'))
    expect(unwritable.stderr).toContain('Cannot write to the folder')

    for (const { status, stderr } of [port, unwritable]) {
      expect(status).toBe(1)
      expect(stderr).not.toMatch(/^\s+at /m)
    }
  })

  it('prints its options', () => {
    const { status, stdout } = run('--help')
    expect(status).toBe(0)
    for (const option of ['--data-dir', '--port-base', '--pcsc', '--log-level']) {
      expect(stdout).toContain(option)
    }
  })
})

interface Demo {
  readonly process: ChildProcess
  readonly output: () => string
}

const startMs = 60_000

function spawnDemo(folderOfData: string): Demo {
  const args = ['--data-dir', folderOfData, '--port-base', String(portBase), '--log-level', 'debug']
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder })
  spawned.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      output += part.toString('utf8')
    })
  }
  return { process: child, output: () => output }
}

async function startDemo(folderOfData = dataDir): Promise<Demo> {
  const demo = spawnDemo(folderOfData)
  const hasEnded = () => demo.process.exitCode !== null
  const isUp = () => Promise.resolve(demo.output().includes('Stop with Ctrl-C') || hasEnded())
  await until(isUp, { what: 'the demo to start', withinMs: startMs })
  if (hasEnded()) throw new Error(`the demo ended: ${demo.output()}`)
  expect(descendantsOf(demo.process.pid).length).toBeGreaterThan(0)
  return demo
}

/** As Ctrl-C does; then nothing of the demo runs and nothing secret was said. */
async function stopDemo({ process: child, output }: Demo): Promise<void> {
  const started = descendantsOf(child.pid)
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  const [status] = (await ended) as [number | null]
  if (status !== 0) throw new Error(`the demo ended with ${status}: ${output()}`)
  expect(started.filter(isRunning)).toEqual([])
  await checkPorts(everyAddress(at).map(({ port }) => port))
  for (const { pin } of demoCards) expect(output()).not.toContain(pin)
  expect(output()).not.toMatch(/eyJ[\w-]+\.eyJ/)
}

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: folder })
  return { status, stdout, stderr }
}

/** The processes that one has started, and those that they have. */
function descendantsOf(pid: number | undefined): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const children = rows.filter(([, parent]) => parent === pid).map(([child = 0]) => child)
  return [...children, ...children.flatMap(descendantsOf)]
}

function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  // A zombie has ended; its parent has not looked yet.
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

async function freePortBase(): Promise<number> {
  for (let base = 21_000; base < 60_000; base += lastPortOffset + 1) {
    const ports = everyAddress(addressesFrom(base)).map(({ port }) => port)
    if (
      await checkPorts(ports).then(
        () => true,
        () => false,
      )
    )
      return base
  }
  throw new Error('no free ports')
}

async function pairBrowser(browser: SmallBrowser): Promise<void> {
  const page = await browser.get(`${at.reader.origin}/pair`)
  const code = new URL(page.url).hash.slice(1)
  const answer = await browser.fetch(page, '/terminal/pair', json({ code }))
  expect(answer.status).toBe(200)
  const { html } = await browser.get(at.portal.origin)
  expect(html).toMatch(
    /data-value="step1"[^>]*data-is="true"|data-is="true"[^>]*data-value="step1"/,
  )
}

/** The window that a link of this page opens. */
async function opened(from: Chromium.Page, link: string): Promise<Chromium.Page> {
  const [page] = await Promise.all([
    from.waitForEvent('popup'),
    from.getByRole('link', { name: link }).click(),
  ])
  return page
}

type ApplicationId = keyof Addresses['applications']

interface Asked {
  readonly page: Page
  readonly challengeId: string
}

/** Goes to an application's sign-in, up to the moment where a card is waited for. */
async function begin(browser: SmallBrowser, application: ApplicationId): Promise<Asked> {
  await untilReader((shown) => shown['hasCard'] === false)
  const page = await browser.get(`${at.applications[application].origin}/sign-in`)
  expect(page.url).toContain(`${at.issuer.origin}/sign-in/`)
  const answer = await browser.fetch(page, `${page.url}/start`, json({}))
  const { challenge } = (await answer.json()) as { challenge: { id: string; number: string } }
  await untilReader((shown) => shown['busy'] === true && shown['number'] === challenge.number)
  return { page, challengeId: challenge.id }
}

async function tapIn(
  browser: SmallBrowser,
  application: ApplicationId,
  card: string,
): Promise<Page> {
  const asked = await begin(browser, application)
  await tap(card)
  return finish(browser, asked)
}

async function tap(card: string): Promise<void> {
  await askReader('/card', { card })
}

async function finish(browser: SmallBrowser, asked: Asked): Promise<Page> {
  const { redirect } = await answerOf(browser, asked)
  return browser.get(new URL(redirect ?? '', asked.page.url).href)
}

interface Answer {
  readonly redirect?: string
  readonly refused?: string
}

/** Waits for the card's answer as the page's script does, then hands it in. */
async function answerOf(browser: SmallBrowser, { page, challengeId }: Asked): Promise<Answer> {
  const address = `${page.url}/events?challenge=${challengeId}`
  const events = await browser.fetch(page, address, { signal: AbortSignal.timeout(30_000) })
  let text = ''
  const parts = events.body as AsyncIterable<Uint8Array> | null
  for await (const part of parts ?? []) {
    text += Buffer.from(part).toString('utf8')
    if (text.includes('"signing-in"')) break
  }
  const answer = await browser.fetch(page, `${page.url}/finish`, json({ challengeId }))
  return (await answer.json()) as Answer
}

async function askReader(path: string, body: object): Promise<void> {
  const answer = await fetch(at.reader.origin + path, json(body))
  expect(answer.status).toBe(204)
}

/** What the reader page shows, read from its event stream until it is so. */
async function untilReader(isSo: (shown: Record<string, unknown>) => boolean): Promise<void> {
  const leaving = new AbortController()
  const signal = AbortSignal.any([leaving.signal, AbortSignal.timeout(30_000)])
  const { body } = await fetch(`${at.reader.origin}/events`, { signal })
  let text = ''
  const parts = body as AsyncIterable<Uint8Array> | null
  for await (const part of parts ?? []) {
    text += Buffer.from(part).toString('utf8')
    const events = [...text.matchAll(/^data: (.*)\n\n/gm)].map(
      ([, line = '']) => JSON.parse(line) as Record<string, unknown>,
    )
    if (events.some(isSo)) break
  }
  leaving.abort()
}

async function untilPage(browser: SmallBrowser, url: string, words: string): Promise<void> {
  const shows = async () => (await browser.get(url)).html.includes(words)
  await until(shows, { what: words, withinMs: 10_000 })
}

async function until(
  isSo: () => Promise<boolean>,
  { what, withinMs }: { what: string; withinMs: number },
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await delay(50)
  }
}

function json(body: object): RequestInit {
  const headers = { 'content-type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify(body) }
}

function pinOf(id: string): string {
  return demoCards.find((card) => card.id === id)?.pin ?? ''
}

/** Names and identities of the cards on disk. */
function cardFiles(): string[] {
  const cards = join(dataDir, 'cards')
  return readdirSync(cards).map((name) => {
    const { serialNumber } = JSON.parse(readFileSync(join(cards, name), 'utf8')) as {
      serialNumber: number
    }
    return `${name} ${serialNumber}`
  })
}
