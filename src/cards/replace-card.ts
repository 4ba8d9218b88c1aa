import type { Database } from '../db/pool.ts'
import { Duplicate, NotFound } from '../errors.ts'
import type { RevocationCause } from './card-certificates.ts'
import { findCardCare } from './card-care-store.ts'
import { CardFault } from './card-fault.ts'
import { createCardStore } from './card-store.ts'
import { cardTransitions, type Card } from './card.ts'
import type { DeskCard } from './desk-card.ts'
import { issueCard, type IssuedCard } from './issue-card.ts'
import type { IssueCardDeps, IssueCardRequest } from './issuing.ts'
import { revokeCard } from './revoke-card.ts'

export interface ReplaceCardRequest extends Omit<
  IssueCardRequest,
  'kind' | 'replaces' | 'endsReplaced'
> {
  readonly oldUuid: string
  /** What became of the old card. */
  readonly cause: RevocationCause
  /** Whether the old card is good until the new one is finished: for one that is in our hands. */
  readonly keepsOld: boolean
}

/** The card that is to be replaced. @throws NotFound, Duplicate when another stands in for it */
export async function findToReplace(db: Database, oldUuid: string): Promise<Card> {
  const old = await createCardStore(db).find(oldUuid)
  if (old === null) throw new NotFound('there is no such card', { cardUuid: oldUuid })
  const { state, cardUuid } = old
  if (state === 'requested') throw new CardFault('card-unfinished', { cardUuid })
  const care = await findCardCare(db, oldUuid)
  const replacedBy = care?.replacedBy ?? null
  if (replacedBy !== null) throw new Duplicate('replaced already', { cardUuid, replacedBy })
  return old
}

/**
 * Ends a card and issues another in its place, in one act. A lost card ends at once, whatever
 * becomes of the new one; one that is kept ends in the transaction that finishes the new one. Cut
 * off, the same call goes on.
 *
 * @param atDesk - presents the blank card, as a desk does: called once the old card has ended
 * @throws NotFound, Duplicate as `findToReplace`; what `issueCard` throws
 */
export async function replaceCard(
  deps: IssueCardDeps,
  { oldUuid, cause, keepsOld, ...request }: ReplaceCardRequest,
  atDesk: (work: (card: DeskCard) => Promise<IssuedCard>) => Promise<IssuedCard>,
): Promise<IssuedCard> {
  const old = await findToReplace(deps.db, oldUuid)
  const { actor, reason } = request
  if (!keepsOld && cardTransitions[old.state].includes('revoked')) {
    const standing = { db: deps.db, clock: deps.issuance.clock }
    await revokeCard(standing, { cardUuid: oldUuid, actor, reason, cause })
  }
  const asked = { ...request, kind: old.kind, replaces: oldUuid, endsReplaced: keepsOld }
  return atDesk((card) => issueCard(deps, card, asked))
}
