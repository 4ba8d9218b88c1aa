import type { AssuranceLevel, SignInMethod, UsedPassTerms } from '../holders/authentication.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { RegistrationProof } from './passkey.ts'
import { PasskeyRefused } from './refusal.ts'

/** How old the sign-in may be that a registration rests on, in seconds. */
export const proofMaxAgeSeconds = 300

/** The sign-in of the session in which a passkey is to be registered. */
export interface SessionSignIn {
  readonly method: SignInMethod
  readonly level: AssuranceLevel
  readonly cardUuid: string | null
  readonly cardKind: CardKind
  readonly pass?: UsedPassTerms
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly at: number
}

/**
 * What lets a passkey be registered in this session: card and PIN, a moment ago, or a temporary pass
 * of which the officer said so. A passkey does not vouch for the next one: whoever got hold of one
 * could make themselves at home.
 *
 * @throws PasskeyRefused `proof-missing`, `proof-too-old`
 */
export function registrationProofOf(signIn: SessionSignIn, now: Date): RegistrationProof {
  const proof = proofIn(signIn)
  if (proof === null) throw new PasskeyRefused('proof-missing')
  if (now.getTime() / 1000 - signIn.at > proofMaxAgeSeconds)
    throw new PasskeyRefused('proof-too-old')
  return proof
}

function proofIn({
  method,
  level,
  cardUuid,
  cardKind,
  pass,
}: SessionSignIn): RegistrationProof | null {
  if (method === 'card' && level === 'high' && cardUuid !== null)
    return { kind: 'card', cardUuid, cardKind }
  if (method === 'pass' && pass?.mayRegisterPasskey === true)
    return { kind: 'pass', passId: pass.passId, cardKind }
  return null
}
