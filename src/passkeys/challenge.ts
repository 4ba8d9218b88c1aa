import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { RegistrationProof } from './passkey.ts'

/** Time to find the phone or the security key, in seconds. */
export const passkeyChallengeTtlSeconds = 300

/** One question to one browser; a device's answer holds `nonce`. */
export interface PasskeyChallenge {
  /** Names the challenge between parts; it is no secret and proves nothing. */
  readonly challengeId: string
  /** base64url of 32 bytes (WebAuthn Level 3 §13.4.3). */
  readonly nonce: string
  /** ISO 8601. */
  readonly expiresAt: string
}

export interface SignInChallenge extends PasskeyChallenge {
  readonly interactionId: string
}

export interface RegistrationChallenge extends PasskeyChallenge {
  readonly holderId: string
  /** base64url. */
  readonly userHandle: string
  readonly proof: RegistrationProof
}

export interface ChallengeDeps {
  readonly clock: Clock
  readonly random: Random
}

/** A fresh challenge about `subject`. */
export function newPasskeyChallenge<Subject extends object>(
  { clock, random }: ChallengeDeps,
  subject: Subject,
): PasskeyChallenge & Subject {
  const expiresAt = new Date(clock.now().getTime() + passkeyChallengeTtlSeconds * 1000)
  return {
    ...subject,
    challengeId: random.uuid(),
    nonce: random.bytes(32).toString('base64url'),
    expiresAt: expiresAt.toISOString(),
  }
}
