import type { CardKind } from '../holders/card-kind.ts'
import type { Pass, PassState } from './pass.ts'

/** A pass as the store reads it, under the alias `p`; its code's hash is never read. */
export interface PassRow {
  id: string
  holder_id: string
  card_kind: CardKind
  uses_allowed: number
  uses_left: number
  valid_from: Date
  valid_until: Date
  client_ids: string[] | null
  may_register_passkey: boolean
  issued_at: Date
  issued_by: string
  reason: string
  last_used_at: Date | null
  state: PassState
  state_since: Date
}

export const passColumns = `p.id, p.holder_id, p.card_kind, p.uses_allowed, p.uses_left,
  p.valid_from, p.valid_until, p.client_ids, p.may_register_passkey, p.issued_at, p.issued_by,
  p.reason, p.last_used_at, p.state, p.state_since`

export function toPass(row: PassRow): Pass {
  return {
    id: row.id,
    holderId: row.holder_id,
    cardKind: row.card_kind,
    usesAllowed: row.uses_allowed,
    usesLeft: row.uses_left,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    clientIds: row.client_ids,
    mayRegisterPasskey: row.may_register_passkey,
    issuedBy: row.issued_by,
    issuedAt: row.issued_at,
    reason: row.reason,
    lastUsedAt: row.last_used_at,
    state: row.state,
    stateSince: row.state_since,
  }
}
