/** An office in the tree province > department or district > commune. */
export interface Agency {
  readonly id: string
  /** Short and stable, as relying parties know it, for example `MH-STP`. */
  readonly code: string
  readonly name: string
  readonly kind: AgencyKind
  /** null for the province alone. */
  readonly parentId: string | null
}

export const agencyKinds = ['province', 'department', 'district', 'commune', 'office'] as const
export type AgencyKind = (typeof agencyKinds)[number]
