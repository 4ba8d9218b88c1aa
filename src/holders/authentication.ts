import type { CardKind, KeySlot } from './card-kind.ts'

/**
 * Levels of assurance, weakest first. On the wire they carry the prefix `urn:ecard:loa:`.
 * `low` is a tap at a managed terminal, `high` a tap and PIN.
 */
export const assuranceLevels = ['low', 'substantial', 'high'] as const
export type AssuranceLevel = (typeof assuranceLevels)[number]

/** Authentication method references (RFC 8176 §2). */
export type Amr = 'hwk' | 'sc' | 'pin' | 'mfa' | 'user' | 'otp'

/** What a finished sign-in is: who, how, when. */
export interface Authentication {
  readonly holderId: string
  /** To greet by; no decision rests on it. */
  readonly holderName: string
  readonly method: 'card'
  readonly level: AssuranceLevel
  readonly amr: readonly Amr[]
  readonly cardUuid: string
  readonly cardKind: CardKind
  readonly keySlot: KeySlot
  readonly terminalId: string
  readonly at: Date
}

export function isAtLeast(level: AssuranceLevel, wanted: AssuranceLevel): boolean {
  return assuranceLevels.indexOf(level) >= assuranceLevels.indexOf(wanted)
}
