import { X509Certificate } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTinyCa } from '../../test/support/tiny-ca.ts'
import type { Authority } from '../pki/authority.ts'
import { launchChromium } from './test-support/chromium.ts'
import { startWeb, type WebUnderTest } from './test-support/web-under-test.ts'

// The pages' clock stands at 21 November 2026.
const ca = await createTinyCa({ clock: { now: () => new Date('2026-11-20T01:30:00Z') } })

let browser: Browser
let page: Page
let web: WebUnderTest | null = null

beforeAll(async () => {
  browser = await launchChromium()
})

beforeEach(async () => {
  page = await browser.newPage()
})

afterAll(() => browser.close())

afterEach(async () => {
  await page.close()
  await web?.close()
  web = null
})

async function open(authorities: readonly Authority[], path = '/pki'): Promise<void> {
  web = await startWeb(({ pki }) => ({
    pki: { ...pki, authorities: () => Promise.resolve(authorities) },
  }))
  await page.goto(web.url + path)
}

function changed(kind: Authority['kind'], change: Partial<Authority>): Authority[] {
  return ca.authorities.map((one) => (one.kind === kind ? { ...one, ...change } : one))
}

function cardOf(slug: string) {
  return page.locator(`article[aria-labelledby="ca-${slug}"]`)
}

describe('the page about the authorities', () => {
  it('names each with its fingerprint in groups of four', async () => {
    await open(ca.authorities)
    expect(await page.locator('article').count()).toBe(ca.authorities.length)
    const { fingerprint256 } = new X509Certificate(ca.issuing.citizen.certificateDer)
    const groups = fingerprint256.replaceAll(':', '').match(/.{4}/g)?.join(' ')
    expect(await cardOf('citizen').locator('.fingerprint').textContent()).toBe(groups)
  })

  it('says in words what state each is in', async () => {
    const revokedAt = new Date('2026-11-20T01:30:00Z')
    await open(changed('enterprise', { state: 'revoked', revokedAt }))
    expect(await cardOf('citizen').innerText()).toContain('Đang hoạt động')
    expect(await cardOf('enterprise').innerText()).toContain('Đã thu hồi')
  })

  it('marks one whose time is over', async () => {
    const old = await createTinyCa({ clock: { now: () => new Date('2010-01-01T00:00:00Z') } })
    await open(old.authorities)
    expect(await cardOf('citizen').innerText()).toContain('Đã hết hạn')
  })

  it('gives every download a name of its own, and all of them are there', async () => {
    await open(ca.authorities)
    const links = await page.locator('.downloads a').all()
    const names = await Promise.all(links.map((link) => link.textContent()))
    expect(new Set(names).size).toBe(names.length)
    const address = await cardOf('root').locator('a[href$=".cer"]').getAttribute('href')
    const file = await fetch(`${web?.url ?? ''}${address ?? ''}`)
    expect(Buffer.from(await file.arrayBuffer())).toEqual(ca.root.certificateDer)
  })

  it('tells of a list in parts where it starts and where it ends', async () => {
    await open(changed('citizen', { crlPartitions: 16 }))
    expect(await cardOf('citizen').innerText()).toContain('/pki/crl/citizen/15.crl')
  })

  it('opens how to install the root by keyboard alone', async () => {
    await open(ca.authorities)
    const linux = page.locator('details').nth(2)
    await linux.locator('summary').focus()
    await page.keyboard.press('Enter')
    expect(await linux.locator('pre').first().innerText()).toBe('sha256sum root.cer')
  })

  it('has its headings in order and its language said', async () => {
    await open(ca.authorities, '/pki?lang=en')
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.locator('h1').allInnerTexts()).toEqual(['Certification authorities'])
    const levels = await page.locator('h1, h2, h3').evaluateAll((found) => {
      return found.map(({ tagName }) => Number(tagName[1]))
    })
    expect(levels[0]).toBe(1)
    levels.slice(1).forEach((level, index) => {
      expect(level - (levels[index] ?? 0)).toBeLessThanOrEqual(1)
    })
  })

  it('fits a narrow screen without scrolling sideways', async () => {
    await page.setViewportSize({ width: 320, height: 640 })
    await open(ca.authorities)
    for (const summary of await page.locator('summary').all()) await summary.click()
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(320)
  })

  it('says so where there are none yet', async () => {
    await open([])
    expect(await page.locator('main').innerText()).toContain('Chưa có tổ chức nào')
    expect(await page.locator('#install').count()).toBe(0)
  })
})
