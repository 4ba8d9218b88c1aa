import type { CardKind } from '../holders/card-kind.ts'

/**
 * Temporary passes: this folder owns one-time codes that an officer makes for a person who stands
 * there without a card, what they open, and how often they may be guessed. It never opens a session.
 */

export const passStates = ['live', 'used-up', 'withdrawn', 'expired'] as const
/** A live pass may be past its end: `expired` is written when the next one takes its place. */
export type PassState = (typeof passStates)[number]

/** A pass may last so long, in seconds. */
export const maxPassSeconds = 24 * 3600
export const minPassSeconds = 5 * 60
/** A working day, where the officer does not say. */
export const defaultPassSeconds = 8 * 3600
export const maxPassUses = 20
export const maxPassReasonLength = 500

export interface Pass {
  readonly id: string
  readonly holderId: string
  /** What its holder is admitted as. */
  readonly cardKind: CardKind
  readonly usesAllowed: number
  readonly usesLeft: number
  readonly validFrom: Date
  readonly validUntil: Date
  /** The only applications that it opens; null: all that are content with the lowest level. */
  readonly clientIds: readonly string[] | null
  readonly mayRegisterPasskey: boolean
  /** A holder id or the name of a program. */
  readonly issuedBy: string
  readonly issuedAt: Date
  readonly reason: string
  readonly lastUsedAt: Date | null
  readonly state: PassState
  readonly stateSince: Date
}
