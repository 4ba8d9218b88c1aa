import { expect, it, vi } from 'vitest'
import { createMemoryRateLimiter } from '../db/flexible-rate-limiter.ts'
import { limitGuesses, manyAsAWhole } from './guess-limits.ts'
import { PassRefused } from './refusal.ts'

const now = new Date('2026-11-23T01:00:00Z')
const isWrongGuess = (error: unknown): boolean =>
  error instanceof PassRefused && error.reason === 'code-wrong'
const wrong = (): Promise<never> => Promise.reject(new PassRefused('code-wrong'))

it('many wrong codes as a whole leave each place three, and stop nobody else', async () => {
  const limiter = createMemoryRateLimiter()
  const tryAt = (network: string, pseudonym: string, work: () => Promise<unknown>) =>
    limitGuesses(
      limiter,
      { place: { kind: 'network', network }, pseudonym, now },
      { isWrongGuess, work },
    ).catch((error: unknown) => (error as PassRefused).reason)
  for (let n = 0; n < manyAsAWhole; n++)
    expect(await tryAt(`flood ${n}`, `person ${n}`, wrong)).toBe('code-wrong')
  const outcomes: unknown[] = []
  for (let n = 0; n < 5; n++) outcomes.push(await tryAt('flood 1', `somebody ${n}`, wrong))
  expect(outcomes).toEqual([
    ...['code-wrong', 'code-wrong', 'too-many-tries', 'too-many-tries', 'too-many-tries'],
  ])
  const work = vi.fn(() => Promise.resolve('signed in'))
  for (let n = 0; n < 30; n++)
    expect(await tryAt('an office', `colleague ${n}`, work)).toBe('signed in')
})

it('counts nothing where the code was right, or could not be judged', async () => {
  const limiter = createMemoryRateLimiter()
  const guess = { place: { kind: 'network', network: '192.0.2.1' }, pseudonym: 'a', now } as const
  const failing = (): Promise<never> => Promise.reject(new Error('the database is away'))
  for (let n = 0; n < 12; n++) {
    await expect(limitGuesses(limiter, guess, { isWrongGuess, work: failing })).rejects.toThrow(
      'away',
    )
  }
  const right = () => Promise.resolve('signed in')
  expect(await limitGuesses(limiter, guess, { isWrongGuess, work: right })).toBe('signed in')
})
