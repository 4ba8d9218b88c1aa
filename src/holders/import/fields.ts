/** What a row about an agency may say. */
export const agencyFields = ['code', 'name', 'kind', 'parent'] as const
export type AgencyField = (typeof agencyFields)[number]

/**
 * What a row about a holder may say. A row with a national number is about a person, one with a tax
 * code alone about an organisation; `type` may say so too.
 */
export const holderFields = [
  'type',
  'nationalNumber',
  /** An organisation's own; in a person's row, whom the person acts for (several: `;`). */
  'taxCode',
  'displayName',
  'organisationName',
  'email',
  /** Codes of the offices that the person belongs to (several: `;`). */
  'agency',
  /** Instead of the code. */
  'agencyName',
  /** At the offices, in their order (several: `;`). */
  'position',
  /** At the organisations, in their order. */
  'organisationPosition',
] as const
export type HolderField = (typeof holderFields)[number]
