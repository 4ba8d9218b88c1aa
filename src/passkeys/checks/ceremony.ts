import { timingSafeEqual } from 'node:crypto'
import type { PasskeyChallenge } from '../challenge.ts'
import type { ReceivedAuthenticatorData, ReceivedClientData } from '../received-response.ts'
import { PasskeyRefused } from '../refusal.ts'
import type { RelyingParty } from '../relying-party.ts'

/** @throws PasskeyRefused `challenge-expired` */
export function checkChallengeAge({ expiresAt }: PasskeyChallenge, now: Date): void {
  if (now >= new Date(expiresAt)) throw new PasskeyRefused('challenge-expired')
}

/**
 * Did the browser ask for the right thing, with our challenge, for a page of ours that stands alone?
 * (WebAuthn Level 3 §7.1 steps 7–11, §7.2 steps 10–14.)
 *
 * @throws PasskeyRefused `response-malformed`, `challenge-mismatch`, `origin-mismatch`,
 *   `embedded-elsewhere`
 */
export function checkClientData(
  clientData: ReceivedClientData,
  expected: {
    readonly type: 'webauthn.create' | 'webauthn.get'
    readonly challenge: PasskeyChallenge
    readonly origin: string
  },
): void {
  if (clientData.type !== expected.type) throw new PasskeyRefused('response-malformed')
  if (clientData.challenge !== expected.challenge.nonce)
    throw new PasskeyRefused('challenge-mismatch')
  if (clientData.origin !== expected.origin) throw new PasskeyRefused('origin-mismatch')
  if (clientData.crossOrigin === true || clientData.topOrigin !== undefined)
    throw new PasskeyRefused('embedded-elsewhere')
}

/**
 * Is the key made for us, was somebody there, and did the device make sure that it is its owner?
 * (WebAuthn Level 3 §7.1 steps 13–17, §7.2 steps 15–19.)
 *
 * @throws PasskeyRefused `rp-id-mismatch`, `user-not-present`, `user-verification-missing`,
 *   `response-malformed`
 */
export function checkAuthenticatorData(
  { rpIdHash, flags }: ReceivedAuthenticatorData,
  relyingParty: RelyingParty,
): void {
  if (!timingSafeEqual(rpIdHash, relyingParty.idHash)) throw new PasskeyRefused('rp-id-mismatch')
  if (!flags.up) throw new PasskeyRefused('user-not-present')
  if (!flags.uv) throw new PasskeyRefused('user-verification-missing')
  // A key cannot be backed up that must not be.
  if (flags.bs && !flags.be) throw new PasskeyRefused('response-malformed')
}
