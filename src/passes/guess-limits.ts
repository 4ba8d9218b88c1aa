import type { Hits, RateLimiter } from '../db/rate-limiter.ts'
import { PassRefused } from './refusal.ts'

/**
 * How often wrong codes may be tried. Nothing here ever stops a person or the service as a whole:
 * whoever guesses at somebody's pass, from however many places, only makes every place's own
 * allowance smaller, and the rightful holder, who tries from a place of their own, keeps theirs.
 * What guesses may achieve then is a matter of the code's length, see `pass-code.ts`.
 *
 * A place is the terminal that the browser is paired with, else its network: so whoever shares an
 * office's one address with a guesser still gets in at a paired computer.
 */

/** The window of every counter, in seconds. */
export const guessWindowSeconds = 3600
/** Wrong codes an hour from one place. */
export const mostWrongPerPlace = 10
/** Of these, about one person. */
export const mostWrongPerPlaceAndPerson = 5
/** Above so many wrong codes about one person, from anywhere, a place has two left about them. */
export const manyAboutOnePerson = 20
/** Above so many wrong codes in all, a place has three left. */
export const manyAsAWhole = 1000
const fewAboutOnePerson = 2
const fewInAll = 3

export interface Guess {
  readonly place: GuessPlace
  /** Stands for the number that was typed, whoever's it is. */
  readonly pseudonym: string
  readonly now: Date
}

/** Where a code is typed. */
export type GuessPlace =
  | { readonly kind: 'terminal'; readonly terminalId: string }
  /** An IPv4 address, or 64 bits of an IPv6 one. */
  | { readonly kind: 'network'; readonly network: string }

/**
 * Counts the guess and then does `work`; where that was no wrong guess, nothing was counted.
 * Counters move before the code is looked at: a thousand requests at once are a thousand guesses.
 *
 * @param options.isWrongGuess - whether an error of `work` says so
 * @throws PassRefused `too-many-tries`, StoreUnavailable, and as `work` does
 */
export async function limitGuesses<T>(
  limiter: RateLimiter,
  guess: Guess,
  options: { readonly isWrongGuess: (error: unknown) => boolean; readonly work: () => Promise<T> },
): Promise<T> {
  const counted = await countOrRefuse(limiter, guess)
  let isWrong = false
  try {
    return await options.work()
  } catch (error) {
    isWrong = options.isWrongGuess(error)
    throw error
  } finally {
    // A hit too many does less harm than a use of the pass that gets lost.
    if (!isWrong) await takeBack(limiter, counted).catch(() => undefined)
  }
}

async function countOrRefuse(limiter: RateLimiter, guess: Guess): Promise<string[]> {
  const keys = keysOf(guess)
  const hit = (key: string) => limiter.hit(key, guessWindowSeconds)
  // What a place has tried too often counts nowhere else: it was not looked at.
  const here = await hit(keys.placeAndPerson)
  if (here.count > mostWrongPerPlaceAndPerson)
    throw refusal(guess, here, { isRepeated: here.count > mostWrongPerPlaceAndPerson + 1 })
  const inAll = await hit(keys.place)
  if (inAll.count > mostWrongPerPlace)
    throw refusal(guess, inAll, { isRepeated: inAll.count > mostWrongPerPlace + 1 })
  const [aboutPerson, asAWhole] = await Promise.all([hit(keys.person), hit(keys.whole)])
  const isTargeted = aboutPerson.count > manyAboutOnePerson && here.count > fewAboutOnePerson
  const isFlooded = asAWhole.count > manyAsAWhole && inAll.count > fewInAll
  if (isTargeted || isFlooded) {
    await takeBack(limiter, [keys.person, keys.whole])
    throw refusal(guess, isTargeted ? here : inAll, { isRepeated: false })
  }
  return Object.values(keys)
}

async function takeBack(limiter: RateLimiter, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => limiter.takeBack(key, guessWindowSeconds)))
}

function keysOf({ place, pseudonym }: Guess) {
  const name = place.kind === 'terminal' ? `t:${place.terminalId}` : `n:${place.network}`
  return {
    placeAndPerson: `pass:${name}:${pseudonym}`,
    place: `pass:${name}`,
    person: `pass:person:${pseudonym}`,
    whole: 'pass:whole',
  }
}

function refusal(
  { now }: Guess,
  { resetsInSeconds }: Hits,
  { isRepeated }: { readonly isRepeated: boolean },
): PassRefused {
  const time = new Date(now.getTime() + resetsInSeconds * 1000)
  const details = { time, retryAfterSeconds: resetsInSeconds, isRepeated }
  return new PassRefused('too-many-tries', { details })
}
