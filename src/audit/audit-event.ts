import type { Facts } from '../errors.ts'

/**
 * One thing that happened, as it is kept for good.
 *
 * `intended` is written before an act that cannot be taken back, `succeeded` or `refused` after.
 * Nothing secret goes in: identifiers, states, reasons and codes only.
 */
export interface AuditEvent {
  readonly at: Date
  readonly event: AuditEventName
  readonly outcome: AuditOutcome
  /** A refusal reason or error code; for a change of state, why a person asked for it. */
  readonly reason?: string | null
  /** Who asked for it: a holder id or the name of a program; null where nobody is known yet. */
  readonly actor?: string | null
  readonly holderId?: string | null
  readonly cardUuid?: string | null
  readonly terminalId?: string | null
  readonly clientId?: string | null
  readonly facts?: Facts
}

export const auditOutcomes = ['intended', 'succeeded', 'refused'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

/** What it is about, then what happened to it: `terminal.enrolled`, `card.suspended`. */
export type AuditEventName = `${AuditSubject}.${string}`

export type AuditSubject =
  | 'agency'
  | 'authority'
  | 'batch'
  | 'card'
  | 'card-auth'
  | 'certificate'
  | 'client'
  | 'holder'
  | 'pass'
  | 'passkey'
  | 'operator'
  | 'session'
  | 'terminal'

/** Where use-cases write events; the store offers it, and one bound to a transaction does too. */
export interface AuditLog {
  /** One round trip. @throws DatabaseUnavailable: an act that cannot be audited must not go on */
  append(event: AuditEvent): Promise<void>
}
