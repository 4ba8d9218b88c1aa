import { it } from 'vitest'
import { createTinyCa } from '../../test/support/tiny-ca.ts'
import { launchChromium } from './test-support/chromium.ts'
import { startWeb } from './test-support/web-under-test.ts'
it('shoots', async () => {
  const ca = await createTinyCa({ clock: { now: () => new Date('2026-11-20T01:30:00Z') } })
  const web = await startWeb(({ pki }) => ({ pki: { ...pki, authorities: () => Promise.resolve(ca.authorities.map((a) => a.kind === 'citizen' ? { ...a, state: 'retired' as const, crlPartitions: 16 } : a.kind === 'enterprise' ? {...a, state: 'revoked' as const } : a)) } }))
  const browser = await launchChromium()
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(web.url + '/pki')
  await page.screenshot({ path: '/tmp/pki-top.png' })
  for (const d of await page.locator('details').all()) await d.locator('summary').click()
  await page.screenshot({ path: '/tmp/pki-full.png', fullPage: true })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(web.url + '/pki?lang=en')
  await page.screenshot({ path: '/tmp/pki-phone.png', fullPage: true })
  await browser.close(); await web.close()
}, 60000)
