/** Who a card stands for. */
export type Holder = Person | Organisation

export type HolderType = 'person' | 'organisation'
export type HolderState = 'active' | 'inactive'

interface HolderBase {
  readonly id: string
  readonly state: HolderState
  /** As written on the card, in Unicode NFC. */
  readonly displayName: string
  readonly email: string | null
}

export interface Person extends HolderBase {
  readonly type: 'person'
  /** The national number; it goes into certificates as `IDCVN-…` (ETSI EN 319 412-1 §5.1.3). */
  readonly nationalNumber: string
}

export interface Organisation extends HolderBase {
  readonly type: 'organisation'
  /** The tax code; it goes into certificates as `VATVN-…` (ETSI EN 319 412-1 §5.1.4). */
  readonly taxCode: string
}

/** Which person acts for which agency or organisation, and since when. Exactly one of the two ids. */
export interface Affiliation {
  readonly id: string
  readonly personId: string
  readonly agencyId: string | null
  readonly organisationId: string | null
  /** What the person is there, for example "Chuyên viên". */
  readonly position: string
}
