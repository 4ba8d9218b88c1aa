import type { Clock } from '../clock.ts'
import type { CardKind, SignInSlot } from '../holders/card-kind.ts'
import type { Random } from '../random.ts'

/** Time for the holder to find the card, in seconds. */
export const challengeTtlSeconds = 300

/** One question to one card, for one sign-in of one browser at one terminal. */
export interface Challenge {
  /** Names the challenge between parts; it is no secret and proves nothing. */
  readonly challengeId: string
  readonly interactionId: string
  readonly terminalId: string
  readonly keySlot: SignInSlot
  /** What the application admits. */
  readonly cardKinds: readonly CardKind[]
  /** The origin that the card has to sign: ours, never one that came with a message. */
  readonly origin: string
  /** base64 of 32 bytes. The card signs this text, so it is kept as text. */
  readonly nonce: string
  /** ISO 8601. */
  readonly expiresAt: string
}

export type ChallengeFor = Pick<
  Challenge,
  'interactionId' | 'terminalId' | 'keySlot' | 'cardKinds' | 'origin'
>

export function newChallenge(
  deps: { readonly clock: Clock; readonly random: Random },
  given: ChallengeFor,
): Challenge {
  const { interactionId, terminalId, keySlot, cardKinds, origin } = given
  const expiresAt = new Date(deps.clock.now().getTime() + challengeTtlSeconds * 1000)
  return {
    challengeId: deps.random.uuid(),
    interactionId,
    terminalId,
    keySlot,
    cardKinds,
    origin,
    nonce: deps.random.bytes(32).toString('base64'),
    expiresAt: expiresAt.toISOString(),
  }
}
