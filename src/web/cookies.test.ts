import { afterEach, expect, it } from 'vitest'
import {
  interactionId,
  pairingSecret,
  startWeb,
  type WebUnderTest,
} from './test-support/web-under-test.ts'

const page = `/sign-in/${interactionId}`
let web: WebUnderTest

afterEach(() => web.close())

it('carries __Host- and Secure on https, and answers to no other name there', async () => {
  web = await startWeb(undefined, { issuer: 'https://id.example' })
  const paired = await web.fetch(page, {
    headers: { Cookie: `__Host-ecard-terminal=${pairingSecret}` },
  })
  expect(paired.headers.getSetCookie()[0]).toMatch(
    /^__Host-ecard-sign-in-\w+=[\w-]{43}; Max-Age=900; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
  )
  expect(await paired.text()).toContain('Đặt thẻ lên đầu đọc')
  const plain = await web.fetch(page, { headers: { Cookie: `ecard-terminal=${pairingSecret}` } })
  expect(await plain.text()).toContain('chưa được ghép')
})

it('forgets the oldest of many sign-ins left open, so that headers stay small', async () => {
  web = await startWeb()
  const open = Array.from({ length: 10 }, (_, i) => `ecard-sign-in-left-open-${i}=x`)
  const answer = await web.fetch(page, { headers: { Cookie: open.join('; ') } })
  const names = answer.headers.getSetCookie().map((line) => line.split('=')[0])
  expect(names).toEqual([
    'ecard-sign-in-left-open-0',
    'ecard-sign-in-left-open-1',
    'ecard-sign-in-left-open-2',
    `ecard-sign-in-${interactionId}`,
  ])
})
