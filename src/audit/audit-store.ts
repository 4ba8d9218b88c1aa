import type { Queryable } from '../db/pool.ts'
import type { Facts } from '../errors.ts'
import type { AuditEvent, AuditEventName, AuditLog, AuditOutcome } from './audit-event.ts'

export interface AuditStore extends AuditLog {
  /** The newest events that fit every given field, newest first; at most `limit`. */
  listRecent(filter: AuditFilter): Promise<StoredAuditEvent[]>
}

export interface AuditFilter {
  readonly event?: AuditEventName
  readonly outcome?: AuditOutcome
  readonly holderId?: string
  readonly cardUuid?: string
  readonly terminalId?: string
  readonly clientId?: string
  /** Default 100. */
  readonly limit?: number
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

async function listRecent(db: Queryable, filter: AuditFilter): Promise<StoredAuditEvent[]> {
  const columns = {
    event: filter.event,
    outcome: filter.outcome,
    holder_id: filter.holderId,
    card_uuid: filter.cardUuid,
    terminal_id: filter.terminalId,
    client_id: filter.clientId,
  }
  const given = Object.entries(columns).filter(([, value]) => value !== undefined)
  const conditions = given.map(([column], index) => `and ${column} = $${index + 2}`)
  const { rows } = await db.query<AuditRow>(
    `select id, at, event, outcome, reason, actor, holder_id, card_uuid, terminal_id, client_id,
       facts
     from audit_events where true ${conditions.join(' ')} order by id desc limit $1`,
    [filter.limit ?? 100, ...given.map(([, value]) => value)],
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
