import type { Queryable } from '../db/pool.ts'

/** What is known of a card beside its standing. */
export interface CardCare {
  /** Ends before its kind's profile would have it. */
  readonly temporary: boolean
  /** Given out of our hands, and not replaced yet. */
  readonly pukOwed: boolean
  /** When somebody was told its PUK; null once that is replaced. */
  readonly pukReadOutAt: Date | null
  readonly chipSerial: string | null
  /** The card that this one stands in for. */
  readonly replaces: string | null
  /** The card that stands in for this one, and has not ended itself. */
  readonly replacedBy: string | null
  /** The step at which its renewal was cut off; null where none is under way. */
  readonly renewalStep: string | null
}

interface CareRow {
  temporary: boolean
  puk_owed: boolean
  puk_read_out_at: Date | null
  chip_serial: string | null
  replaces: string | null
  replaced_by: string | null
  renewal_step: string | null
}

/** Null: there is no such card. */
export async function findCardCare(db: Queryable, cardUuid: string): Promise<CardCare | null> {
  const { rows } = await db.query<CareRow>(
    `select c.temporary, c.puk_next_version is not null as puk_owed, c.puk_read_out_at,
       c.chip_serial, c.replaces,
       (select n.card_uuid from cards n
        where n.replaces = c.card_uuid and n.state in ('issued', 'active', 'suspended')
        limit 1) as replaced_by,
       (select r.step from card_renewals r
        where r.card_uuid = c.card_uuid and r.state = 'running') as renewal_step
     from cards c where c.card_uuid = $1`,
    [cardUuid],
  )
  const [row] = rows
  if (row === undefined) return null
  return {
    temporary: row.temporary,
    pukOwed: row.puk_owed,
    pukReadOutAt: row.puk_read_out_at,
    chipSerial: row.chip_serial,
    replaces: row.replaces,
    replacedBy: row.replaced_by,
    renewalStep: row.renewal_step,
  }
}
