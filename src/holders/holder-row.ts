import type { Holder, HolderState, HolderType } from './holder.ts'

/** A holder as the stores read it, under the alias `h`. */
export interface HolderRow {
  holder_id: string
  holder_type: HolderType
  holder_state: HolderState
  display_name: string
  email: string | null
  national_number: string | null
  tax_code: string | null
}

export const holderColumns = `h.id as holder_id, h.type as holder_type, h.state as holder_state,
  h.display_name, h.email, h.national_number, h.tax_code`

export function toHolder(row: HolderRow): Holder {
  const base = {
    id: row.holder_id,
    state: row.holder_state,
    displayName: row.display_name,
    email: row.email,
  }
  // A check constraint ties each number to its type, so the empty text never shows.
  return row.holder_type === 'person'
    ? { ...base, type: 'person', nationalNumber: row.national_number ?? '' }
    : { ...base, type: 'organisation', taxCode: row.tax_code ?? '' }
}
