import type { CardKind } from '../holders/card-kind.ts'

/** One physical PIV card, named by its CHUID GUID and never by its radio UID. */
export interface Card {
  readonly cardUuid: string
  readonly kind: CardKind
  readonly holderId: string
  readonly state: CardState
  readonly stateSince: Date
  readonly expiresAt: Date
}

export const cardStates = [
  'requested',
  'issued',
  'active',
  'suspended',
  'revoked',
  'expired',
  'replaced',
] as const
export type CardState = (typeof cardStates)[number]

/** The one state table; the database holds the same rows and refuses every other step. */
export const cardTransitions: Readonly<Record<CardState, readonly CardState[]>> = {
  requested: ['issued', 'revoked'],
  issued: ['active', 'revoked', 'expired', 'replaced'],
  active: ['suspended', 'revoked', 'expired', 'replaced'],
  suspended: ['active', 'revoked', 'expired', 'replaced'],
  revoked: [],
  expired: [],
  replaced: [],
}
