import type { CardState } from './card-state.ts'
import type { Faults } from './faults.ts'

/** What power-off and reset clear. */
export interface Session {
  selected: boolean
  pinVerified: boolean
  /** Nothing came between the last good VERIFY and now: what keys with PIN policy *always* want. */
  pinFresh: boolean
  administrator: boolean
  /** Handed out for the management key, good for one answer. */
  managementChallenge: { readonly kind: 'witness' | 'challenge'; readonly value: Buffer } | null
}

export function freshSession(): Session {
  return {
    selected: false,
    pinVerified: false,
    pinFresh: false,
    administrator: false,
    managementChallenge: null,
  }
}

/** What every command works on. */
export interface CardContext {
  readonly state: CardState
  readonly session: Session
  readonly faults: Faults
  readonly randomBytes: (count: number) => Buffer
  /** Makes the changes to `state` survive power-off, before the command goes on. */
  save(): void
}
