import { expect, it } from 'vitest'
import { defaultLifetimes } from './lifetimes.ts'
import { sessionSeconds } from './provider-config.ts'
import { providerCookies } from './provider-cookies.ts'

const signedInAt = 1_767_600_000
const lifetimes = { ...defaultLifetimes, sessionIdleSeconds: 900, sessionMaxSeconds: 43_200 }

it.each([
  { what: 'the idle time right after the sign-in', ageSeconds: 0, seconds: 900 },
  { what: 'the idle time in the middle', ageSeconds: 20_000, seconds: 900 },
  { what: 'what is left of the longest time near its end', ageSeconds: 43_000, seconds: 200 },
  { what: 'one second where nothing is left', ageSeconds: 43_200, seconds: 1 },
])('gives a session $what', ({ ageSeconds, seconds }) => {
  const clock = { now: () => new Date((signedInAt + ageSeconds) * 1000) }
  expect(sessionSeconds({ loginTs: signedInAt }, lifetimes, clock)).toBe(seconds)
})

it('binds the session cookie to the host over https', () => {
  const { names, long, short } = providerCookies('https://id.example', ['key'])
  expect(names?.session).toMatch(/^__Host-/)
  expect(long).toMatchObject({ secure: true, httpOnly: true, path: '/' })
  expect(long).not.toHaveProperty('domain')
  expect(names?.interaction).toMatch(/^__Secure-/)
  expect(short).toMatchObject({ secure: true, httpOnly: true })
})

it('does without prefix and Secure over http on loopback', () => {
  const { names, long } = providerCookies('http://localhost:8400', ['key'])
  expect(names?.session).toBe('ecard_session')
  expect(long).toMatchObject({ secure: false, httpOnly: true })
})
