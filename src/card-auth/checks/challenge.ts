import type { Challenge } from '../challenge.ts'
import { CardRefused } from '../refusal.ts'

/**
 * Is this challenge, which the browser has just taken, still good, and for this sign-in?
 *
 * @throws CardRefused `challenge-other-browser`, `challenge-expired`
 */
export function checkChallenge(challenge: Challenge, interactionId: string, now: Date): void {
  // One browser with two sign-ins open may not finish one with the card that answered the other.
  if (challenge.interactionId !== interactionId) throw new CardRefused('challenge-other-browser')
  if (now >= new Date(challenge.expiresAt)) throw new CardRefused('challenge-expired')
}
