/** What the steps of issuing a card share: shapes without behaviour. */
import type { Database } from '../db/pool.ts'
import type { Facts } from '../errors.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { Holder } from '../holders/holder.ts'
import type { IssuanceDeps } from '../pki/issuance.ts'
import type { CardKindProfile, CardKindProfiles } from './card-kind-profile.ts'
import type { CardSecrets } from './card-secrets.ts'
import type { Card } from './card.ts'
import type { Issuance } from './issuance-journal.ts'
import type { PresentedCard } from './judge-presented-card.ts'
import type { AttestationPolicy } from './keep-attestation.ts'

export interface IssueCardDeps {
  readonly db: Database
  readonly issuance: IssuanceDeps
  readonly secrets: CardSecrets
  readonly profiles: CardKindProfiles
  readonly attestation: AttestationPolicy
  /** Told before each step. Default: nobody. */
  readonly onStep?: (step: string) => void
}

export interface IssueCardRequest {
  readonly holder: Holder
  readonly kind: CardKind
  /** The names of the holder's agencies, province first; empty where there are none. */
  readonly agencyPath: readonly string[]
  /** The reader or terminal. */
  readonly desk: string
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  readonly reason: string
  /** The card that this one stands in for; null for none. */
  readonly replaces?: string | null
  /** Whether the card that this one stands in for ends as this one is finished. Default false. */
  readonly endsReplaced?: boolean
  /** Usable at once, instead of from its first tap and PIN on. Default false. */
  readonly active?: boolean
  /** The request of a batch that this card answers; null or absent for none. */
  readonly order?: CardOrder | null
  /** An end before that of the profile: for a temporary card. */
  readonly endsAt?: Date | null
}

/** Somebody else's approved request for one card: it gets one at most, however often it is tried. */
export interface CardOrder {
  readonly id: string
  /** Who asked and who approved, as the audit of issuing keeps it. */
  readonly approval: Facts
}

/** An attempt that runs: its rows are there. */
export interface Attempt {
  readonly issuance: Issuance
  readonly row: Card
  readonly profile: CardKindProfile
}

export interface Making extends Attempt {
  readonly presented: PresentedCard
  readonly request: IssueCardRequest
}
