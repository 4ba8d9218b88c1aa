import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { createCookieSigner } from './cookie-signer.ts'

const cookie = 'ecard_session=abc'

it('signs with the first key, by HMAC-SHA-256', () => {
  const expected = createHmac('sha256', 'new').update(cookie).digest('base64url')
  expect(createCookieSigner(['new', 'old']).sign(cookie)).toBe(expected)
})

it('believes every key and says which it was', () => {
  const signer = createCookieSigner(['new', 'old'])
  const signature = createCookieSigner(['old']).sign(cookie)
  expect(signer.index(cookie, signer.sign(cookie))).toBe(0)
  expect(signer.index(cookie, signature)).toBe(1)
  expect(signer.verify(cookie, signature)).toBe(true)
})

it.each([
  { what: 'of another cookie', signature: createCookieSigner(['new']).sign('ecard_session=abd') },
  { what: 'by another key', signature: createCookieSigner(['other']).sign(cookie) },
  { what: 'cut short', signature: createCookieSigner(['new']).sign(cookie).slice(0, -1) },
  { what: 'that is empty', signature: '' },
])('believes no signature $what', ({ signature }) => {
  const signer = createCookieSigner(['new'])
  expect(signer.index(cookie, signature)).toBe(-1)
  expect(signer.verify(cookie, signature)).toBe(false)
})

it('does not begin without a key', () => {
  expect(() => createCookieSigner([])).toThrow('key')
})
