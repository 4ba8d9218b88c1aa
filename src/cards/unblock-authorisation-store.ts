import type { Queryable } from '../db/pool.ts'

/** Lets one card be unblocked once, at one terminal. */
export interface UnblockAuthorisation {
  readonly id: string
  readonly cardUuid: string
  readonly terminalId: string
  /** A holder id or the name of a program. */
  readonly authorisedBy: string
  readonly reason: string
  readonly authorisedAt: Date
  readonly expiresAt: Date
}

interface AuthorisationRow {
  id: string
  card_uuid: string
  terminal_id: string
  authorised_by: string
  reason: string
  authorised_at: Date
  expires_at: Date
}

const columns =
  'a.id, a.card_uuid, a.terminal_id, a.authorised_by, a.reason, a.authorised_at, a.expires_at'

/** What was open for the card before is superseded. @throws Duplicate when two come at once */
export async function insertUnblockAuthorisation(
  tx: Queryable,
  given: UnblockAuthorisation,
): Promise<void> {
  const { id, cardUuid, terminalId, authorisedBy, reason, authorisedAt, expiresAt } = given
  await tx.query(
    `update card_unblock_authorisations set ended_at = $2, outcome = 'superseded'
     where card_uuid = $1 and ended_at is null`,
    [cardUuid, authorisedAt],
  )
  await tx.query(
    `insert into card_unblock_authorisations
       (id, card_uuid, terminal_id, authorised_by, reason, authorised_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, cardUuid, terminalId, authorisedBy, reason, authorisedAt, expiresAt],
  )
}

/** Uses it up, in one atomic step. Null: there is none for that card and terminal, or it is over. */
export async function takeUnblockAuthorisation(
  tx: Queryable,
  at: { readonly cardUuid: string; readonly terminalId: string; readonly now: Date },
): Promise<UnblockAuthorisation | null> {
  const { rows } = await tx.query<AuthorisationRow>(
    `update card_unblock_authorisations a set ended_at = $3, outcome = 'used'
     where a.card_uuid = $1 and a.terminal_id = $2 and a.ended_at is null and a.expires_at > $3
     returning ${columns}`,
    [at.cardUuid, at.terminalId, at.now],
  )
  return rows[0] === undefined ? null : toAuthorisation(rows[0])
}

function toAuthorisation(row: AuthorisationRow): UnblockAuthorisation {
  return {
    id: row.id,
    cardUuid: row.card_uuid,
    terminalId: row.terminal_id,
    authorisedBy: row.authorised_by,
    reason: row.reason,
    authorisedAt: row.authorised_at,
    expiresAt: row.expires_at,
  }
}
