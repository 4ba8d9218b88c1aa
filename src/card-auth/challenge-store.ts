import { createHash, timingSafeEqual } from 'node:crypto'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { challengeTtlSeconds, type Challenge } from './challenge.ts'
import { CardRefused, type RefusalReason } from './refusal.ts'

/** Kept longer than it is good for, so that who comes late hears "expired" and not "unknown". */
const keptSeconds = challengeTtlSeconds + 60

/**
 * Keeps a challenge under the hash of its browser's secret. So the take below can be one atomic
 * step and still belong to one browser: with a challenge kept under its id alone, whoever learns
 * the id could use it up in the holder's face, or it would have to be read before it is taken, and
 * two takers could both have read it.
 */
export async function putChallenge(
  store: ExpiringStore,
  challenge: Challenge,
  browserSecret: string,
): Promise<void> {
  const { challengeId } = challenge
  const browserHash = hashOf(browserSecret)
  await Promise.all([
    // First, so that it is never there longer than the challenge: see `whyNotThere`.
    store.put(openedKey(challengeId), browserHash, keptSeconds),
    store.put(challengeKey(challengeId, browserHash), JSON.stringify(challenge), keptSeconds),
  ])
}

/**
 * Takes the challenge that this browser started: once, whatever becomes of the attempt. An attempt
 * of another browser takes nothing, so the right browser's challenge is still good.
 *
 * @throws CardRefused `challenge-unknown`, `challenge-used`, `challenge-other-browser`
 */
export async function takeChallenge(
  store: ExpiringStore,
  attempt: { readonly challengeId: string; readonly browserSecret: string },
): Promise<Challenge> {
  const browserHash = hashOf(attempt.browserSecret)
  const taken = await store.takeOnce(challengeKey(attempt.challengeId, browserHash))
  // Our own writing: only `putChallenge` puts a value under this key.
  if (taken !== null) return JSON.parse(taken) as Challenge
  throw new CardRefused(await whyNotThere(store, attempt.challengeId, browserHash))
}

/**
 * The opening outlives the taking, which makes it the gravestone of a used challenge: no second
 * write, and no instant at which a used challenge looks like an unknown one.
 */
async function whyNotThere(
  store: ExpiringStore,
  challengeId: string,
  browserHash: string,
): Promise<RefusalReason> {
  const openedFor = await store.get(openedKey(challengeId))
  if (openedFor === null) return 'challenge-unknown'
  const isSameBrowser = timingSafeEqual(Buffer.from(openedFor), Buffer.from(browserHash))
  return isSameBrowser ? 'challenge-used' : 'challenge-other-browser'
}

/** Holds the SHA-256 of the secret of the browser that opened it. */
function openedKey(challengeId: string): string {
  return `card-auth:{${challengeId}}:opened`
}

function challengeKey(challengeId: string, browserHash: string): string {
  return `card-auth:{${challengeId}}:challenge:${browserHash}`
}

function hashOf(browserSecret: string): string {
  return createHash('sha256').update(browserSecret).digest('base64url')
}
