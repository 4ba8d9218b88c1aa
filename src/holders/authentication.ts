import type { CardKind, KeySlot } from './card-kind.ts'

/**
 * Levels of assurance, weakest first. On the wire they carry the prefix `urn:ecard:loa:`.
 * `low` is a tap at a managed terminal or a temporary pass, `substantial` a passkey, `high` a tap and PIN.
 */
export const assuranceLevels = ['low', 'substantial', 'high'] as const
export type AssuranceLevel = (typeof assuranceLevels)[number]

/** Authentication method references (RFC 8176 §2). */
export type Amr = 'hwk' | 'sc' | 'pin' | 'mfa' | 'user' | 'otp'

/** How a person signs in. */
export const signInMethods = ['card', 'passkey', 'pass'] as const
export type SignInMethod = (typeof signInMethods)[number]

/** What a finished sign-in is: who, how, when. */
export interface Authentication {
  readonly holderId: string
  /** To greet by; no decision rests on it. */
  readonly holderName: string
  readonly method: SignInMethod
  readonly level: AssuranceLevel
  readonly amr: readonly Amr[]
  /** The card that was presented; null where none was. */
  readonly cardUuid: string | null
  /** What the holder comes as: the kind of the card, or the one a passkey was registered under. */
  readonly cardKind: CardKind
  /** null where no card was presented. */
  readonly keySlot: KeySlot | null
  /** Whose reader took the card; null where none did. */
  readonly terminalId: string | null
  /** null where no passkey was used. */
  readonly passkeyId: string | null
  /** Absent where no temporary pass was used. */
  readonly pass?: UsedPassTerms
  readonly at: Date
}

/** What the officer who made a pass has said of it; as it is kept with a session, in JSON. */
export interface UsedPassTerms {
  readonly passId: string
  /** The only applications that its sessions open; null: all that the level does for. */
  readonly clientIds: readonly string[] | null
  readonly mayRegisterPasskey: boolean
}

export function isAtLeast(level: AssuranceLevel, wanted: AssuranceLevel): boolean {
  return assuranceLevels.indexOf(level) >= assuranceLevels.indexOf(wanted)
}
