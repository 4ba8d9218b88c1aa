import { createHash } from 'node:crypto'
import type { Queryable } from '../db/pool.ts'
import { operatorSessionIdleSeconds, operatorSessionMaxSeconds } from './operator.ts'

/** An operator's session; the secret itself is known to the operator's own computer alone. */
export interface OperatorSession {
  readonly holderId: string
  readonly holderName: string
  readonly cardUuid: string
  readonly signedInAt: Date
  readonly lastUsedAt: Date
}

interface SessionRow {
  holder_id: string
  display_name: string
  card_uuid: string
  signed_in_at: Date
  last_used_at: Date
}

/** SHA-256, which is all that the registry keeps of a session's secret. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** A session used or begun no later than these has ended. */
export function sessionLimits(now: Date): { readonly usedAfter: Date; readonly begunAfter: Date } {
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  return {
    usedAfter: before(operatorSessionIdleSeconds),
    begunAfter: before(operatorSessionMaxSeconds),
  }
}

/**
 * What a session `s` of a live card `c` and holder `h` has to fulfil; the database ends it too when
 * one of them changes. Parameters: the secret's hash, now, and the two limits.
 */
export const sessionHolds = `s.secret_hash = $1 and s.last_used_at > $3 and s.signed_in_at > $4
    and c.card_uuid = s.card_uuid and c.state = 'active' and c.expires_at > $2
    and h.id = s.holder_id and h.state = 'active'
    and exists (select from operator_grants g
      where g.holder_id = s.holder_id and g.revoked_at is null)`

/** Those that have run out go. */
export async function insertSession(
  db: Queryable,
  secret: string,
  { holderId, cardUuid, at }: { holderId: string; cardUuid: string; at: Date },
): Promise<void> {
  const { usedAfter, begunAfter } = sessionLimits(at)
  await db.query(
    `with ended as (
       delete from operator_sessions where signed_in_at <= $5 or last_used_at <= $6)
     insert into operator_sessions (secret_hash, holder_id, card_uuid, signed_in_at, last_used_at)
     values ($1, $2, $3, $4, $4)`,
    [hashOfSecret(secret), holderId, cardUuid, at, begunAfter, usedAfter],
  )
}

/** The live session of that secret, which this does not keep alive; null where there is none. */
export async function findSession(
  db: Queryable,
  secret: string,
  now: Date,
): Promise<OperatorSession | null> {
  const { usedAfter, begunAfter } = sessionLimits(now)
  const { rows } = await db.query<SessionRow>(
    `select s.holder_id, h.display_name, s.card_uuid, s.signed_in_at, s.last_used_at
     from operator_sessions s, cards c, holders h where ${sessionHolds}`,
    [hashOfSecret(secret), now, usedAfter, begunAfter],
  )
  return rows[0] === undefined ? null : toSession(rows[0])
}

/** @returns whose it was; null where there was none */
export async function deleteSession(
  db: Queryable,
  secret: string,
): Promise<Pick<OperatorSession, 'holderId' | 'cardUuid'> | null> {
  const { rows } = await db.query<Pick<SessionRow, 'holder_id' | 'card_uuid'>>(
    'delete from operator_sessions where secret_hash = $1 returning holder_id, card_uuid',
    [hashOfSecret(secret)],
  )
  const [ended] = rows
  return ended === undefined ? null : { holderId: ended.holder_id, cardUuid: ended.card_uuid }
}

function toSession(row: SessionRow): OperatorSession {
  return {
    holderId: row.holder_id,
    holderName: row.display_name,
    cardUuid: row.card_uuid,
    signedInAt: row.signed_in_at,
    lastUsedAt: row.last_used_at,
  }
}
