import type { AuditOutcome } from './audit-event.ts'

/** Which events: those that fit every given field. */
export interface AuditFilter {
  readonly event?: string
  readonly outcome?: AuditOutcome
  readonly actor?: string
  readonly holderId?: string
  readonly cardUuid?: string
  readonly terminalId?: string
  readonly clientId?: string
  /** From this instant on. */
  readonly from?: Date
  /** Up to this instant, which is not among them. */
  readonly to?: Date
}

const comparisons = {
  event: 'e.event =',
  outcome: 'e.outcome =',
  actor: 'e.actor =',
  holderId: 'e.holder_id =',
  cardUuid: 'e.card_uuid =',
  terminalId: 'e.terminal_id =',
  clientId: 'e.client_id =',
  from: 'e.at >=',
  to: 'e.at <',
} as const satisfies Record<keyof AuditFilter, string>

/** The filter on `audit_events e`; its parameters come after the `used` ones of the statement. */
export function auditConditions(
  filter: AuditFilter,
  used: number,
): { readonly sql: string; readonly values: unknown[] } {
  const names = Object.keys(comparisons) as (keyof AuditFilter)[]
  const given = names.filter((name) => filter[name] !== undefined)
  const conditions = given.map((name, index) => `and ${comparisons[name]} $${used + index + 1}`)
  return { sql: conditions.join(' '), values: given.map((name) => filter[name]) }
}
