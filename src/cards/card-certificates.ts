import type { Queryable } from '../db/pool.ts'
import { endCardCertificates, type RevocationReason } from '../pki/revocation.ts'
import type { Card, CardState } from './card.ts'

/** What became of a card, as the person who has it revoked knows it. */
export const revocationCauses = [
  'lost',
  'stolen',
  'misused',
  'left',
  'damaged',
  'returned',
  'other',
] as const
export type RevocationCause = (typeof revocationCauses)[number]

/** The same in the words of RFC 5280 §5.3.1, for lists and OCSP answers. */
export const reasonOfCause: Readonly<Record<RevocationCause, RevocationReason>> = {
  // Somebody else may have the keys in hand, and with them every tap.
  lost: 'keyCompromise',
  stolen: 'keyCompromise',
  misused: 'privilegeWithdrawn',
  // The holder no longer belongs to the office that the certificates name.
  left: 'affiliationChanged',
  // The keys are gone or in our hands: nobody uses them any more.
  damaged: 'cessationOfOperation',
  returned: 'cessationOfOperation',
  other: 'unspecified',
}

export interface CardChange {
  /** As it was before. */
  readonly before: Card
  readonly to: CardState
  readonly cause: RevocationCause
  readonly at: Date
}

/**
 * Sets the certificates as the card's new state wants them, in the transaction of that change.
 *
 * @returns how many changed
 */
export async function changeCardCertificates(tx: Queryable, change: CardChange): Promise<number> {
  const { before, to, cause, at } = change
  const { cardUuid } = before
  switch (to) {
    case 'suspended':
      return endCardCertificates(tx, { cardUuid, reason: 'certificateHold', at })
    case 'active':
      return before.state === 'suspended'
        ? endCardCertificates(tx, { cardUuid, reason: 'released', heldAt: before.stateSince, at })
        : 0
    case 'revoked':
      return endCardCertificates(tx, { cardUuid, reason: reasonOfCause[cause], at })
    case 'replaced':
      return endCardCertificates(tx, { cardUuid, reason: 'superseded', at })
    // The certificates of a card never outlive it, so they end by themselves.
    case 'expired':
    case 'requested':
    case 'issued':
      return 0
  }
}
