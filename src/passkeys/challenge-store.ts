import { createHash, timingSafeEqual } from 'node:crypto'
import type { ExpiringStore } from '../db/expiring-store.ts'
import {
  passkeyChallengeTtlSeconds,
  type PasskeyChallenge,
  type RegistrationChallenge,
  type SignInChallenge,
} from './challenge.ts'
import { PasskeyRefused, type PasskeyRefusalReason } from './refusal.ts'

/** What a challenge was made for; one is never taken as the other. */
interface ChallengeOf {
  readonly 'sign-in': SignInChallenge
  readonly registration: RegistrationChallenge
}

export type ChallengePurpose = keyof ChallengeOf

export interface ChallengeAttempt {
  readonly challengeId: string
  /** Known to the browser that began, and to no other; kept as a hash. */
  readonly browserSecret: string
}

/** Kept longer than it is good for, so that who comes late hears "expired" and not "unknown". */
const keptSeconds = passkeyChallengeTtlSeconds + 60

/**
 * Keeps a challenge under the hash of its browser's secret, as card challenges are: so the take
 * below is one atomic step and still belongs to one browser.
 */
export async function putPasskeyChallenge<Purpose extends ChallengePurpose>(
  store: ExpiringStore,
  purpose: Purpose,
  { challenge, browserSecret }: { challenge: ChallengeOf[Purpose]; browserSecret: string },
): Promise<void> {
  const browserHash = hashOf(browserSecret)
  const { challengeId }: PasskeyChallenge = challenge
  await Promise.all([
    store.put(openedKey(challengeId), browserHash, keptSeconds),
    store.put(
      challengeKey(purpose, challengeId, { browserHash }),
      JSON.stringify(challenge),
      keptSeconds,
    ),
  ])
}

/**
 * Takes the challenge that this browser began: once, whatever becomes of the attempt.
 *
 * @throws PasskeyRefused `challenge-unknown`, `challenge-used`, `challenge-other-browser`
 */
export async function takePasskeyChallenge<Purpose extends ChallengePurpose>(
  store: ExpiringStore,
  purpose: Purpose,
  { challengeId, browserSecret }: ChallengeAttempt,
): Promise<ChallengeOf[Purpose]> {
  const browserHash = hashOf(browserSecret)
  const taken = await store.takeOnce(challengeKey(purpose, challengeId, { browserHash }))
  // Our own writing: only the function above puts a value under this key.
  if (taken !== null) return JSON.parse(taken) as ChallengeOf[Purpose]
  throw new PasskeyRefused(await whyNotThere(store, challengeId, browserHash))
}

/** The opening outlives the taking, which makes it the gravestone of a used challenge. */
async function whyNotThere(
  store: ExpiringStore,
  challengeId: string,
  browserHash: string,
): Promise<PasskeyRefusalReason> {
  const openedFor = await store.get(openedKey(challengeId))
  if (openedFor === null) return 'challenge-unknown'
  const isSameBrowser = timingSafeEqual(Buffer.from(openedFor), Buffer.from(browserHash))
  return isSameBrowser ? 'challenge-used' : 'challenge-other-browser'
}

/** Holds the SHA-256 of the secret of the browser that opened it. */
function openedKey(challengeId: string): string {
  return `passkey:{${challengeId}}:opened`
}

function challengeKey(
  purpose: ChallengePurpose,
  challengeId: string,
  { browserHash }: { browserHash: string },
): string {
  return `passkey:{${challengeId}}:${purpose}:${browserHash}`
}

function hashOf(browserSecret: string): string {
  return createHash('sha256').update(browserSecret).digest('base64url')
}
