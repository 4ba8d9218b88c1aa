import type { Queryable } from '../db/pool.ts'
import type { Facts } from '../errors.ts'
import { auditConditions, type AuditFilter } from './audit-filter.ts'
import type { AuditEvent, AuditEventName, AuditLog, AuditOutcome } from './audit-event.ts'

export interface AuditStore extends AuditLog {
  /** The newest events that fit, newest first; at most `limit` (default 100). */
  listRecent(filter: AuditFilter & { readonly limit?: number }): Promise<StoredAuditEvent[]>
}

export interface StoredAuditEvent extends Required<AuditEvent> {
  /** Grows with each event; gaps are no loss (a transaction that rolled back leaves one). */
  readonly id: string
}

interface AuditRow {
  id: string
  at: Date
  event: AuditEventName
  outcome: AuditOutcome
  reason: string | null
  actor: string | null
  holder_id: string | null
  card_uuid: string | null
  terminal_id: string | null
  client_id: string | null
  facts: Facts
}

export function createAuditStore(db: Queryable): AuditStore {
  return {
    append: (event) => append(db, event),
    listRecent: (filter) => listRecent(db, filter),
  }
}

async function append(db: Queryable, event: AuditEvent): Promise<void> {
  const { at, outcome, reason, actor, holderId, cardUuid, terminalId, clientId, facts } = event
  await db.query(
    `insert into audit_events (at, event, outcome, reason, actor, holder_id, card_uuid,
       terminal_id, client_id, facts)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      at,
      event.event,
      outcome,
      reason ?? null,
      actor ?? null,
      holderId ?? null,
      cardUuid ?? null,
      terminalId ?? null,
      clientId ?? null,
      facts ?? {},
    ],
    { name: 'audit-append' },
  )
}

async function listRecent(
  db: Queryable,
  { limit = 100, ...filter }: AuditFilter & { readonly limit?: number },
): Promise<StoredAuditEvent[]> {
  const { sql, values } = auditConditions(filter, 1)
  const { rows } = await db.query<AuditRow>(
    `select id, at, event, outcome, reason, actor, holder_id, card_uuid, terminal_id, client_id,
       facts
     from audit_events e where true ${sql} order by id desc limit $1`,
    [limit, ...values],
  )
  return rows.map(toStoredAuditEvent)
}

function toStoredAuditEvent(row: AuditRow): StoredAuditEvent {
  return {
    id: row.id,
    at: row.at,
    event: row.event,
    outcome: row.outcome,
    reason: row.reason,
    actor: row.actor,
    holderId: row.holder_id,
    cardUuid: row.card_uuid,
    terminalId: row.terminal_id,
    clientId: row.client_id,
    facts: row.facts,
  }
}
