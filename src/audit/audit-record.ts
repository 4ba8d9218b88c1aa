/** A row of `audit_events` as PostgreSQL spells it, nothing rounded on the way. */
export interface AuditRecord {
  readonly id: string
  /** The transaction that wrote it. */
  readonly xid: string
  /** UTC with the microseconds that are not zero: `2026-03-01T07:00:00.25Z`. */
  readonly at: string
  readonly event: string
  readonly outcome: string
  readonly reason: string | null
  readonly actor: string | null
  readonly holderId: string | null
  readonly cardUuid: string | null
  readonly terminalId: string | null
  readonly clientId: string | null
  /** The text of the JSON object. */
  readonly facts: string
}

/** Of `audit_events e`. `to_json` spells a time the same whatever the session's settings are. */
export const recordColumns = `e.id, e.xid, (to_json(e.at at time zone 'UTC') #>> '{}') || 'Z' as at_text,
  e.event, e.outcome, e.reason, e.actor, e.holder_id, e.card_uuid, e.terminal_id, e.client_id,
  e.facts::text as facts_text`

export interface RecordRow {
  id: string
  xid: string
  at_text: string
  event: string
  outcome: string
  reason: string | null
  actor: string | null
  holder_id: string | null
  card_uuid: string | null
  terminal_id: string | null
  client_id: string | null
  facts_text: string
}

export function toRecord(row: RecordRow): AuditRecord {
  return {
    id: row.id,
    xid: row.xid,
    at: row.at_text,
    event: row.event,
    outcome: row.outcome,
    reason: row.reason,
    actor: row.actor,
    holderId: row.holder_id,
    cardUuid: row.card_uuid,
    terminalId: row.terminal_id,
    clientId: row.client_id,
    facts: row.facts_text,
  }
}
