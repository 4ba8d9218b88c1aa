import type { AuditEvent } from '../audit/audit-event.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { CardFault } from './card-fault.ts'
import type { CardKindProfile } from './card-kind-profile.ts'
import { createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import {
  insertIssuance,
  listUnnamed,
  setCardOrigin,
  setOrder,
  type Issuance,
} from './issuance-journal.ts'
import type { Attempt, IssueCardDeps, IssueCardRequest } from './issuing.ts'
import type { PresentedCard } from './judge-presented-card.ts'
import { giveUpIssuance } from './wipe-card.ts'

/**
 * The attempt that goes on with the presented card, or a new one: the card's row and the attempt's
 * are there before anything is on the card.
 */
export async function openAttempt(
  deps: IssueCardDeps,
  request: IssueCardRequest,
  presented: PresentedCard,
): Promise<Attempt> {
  const profile = deps.profiles[request.kind]
  if (presented.fate === 'resume') {
    const row = await createCardStore(deps.db).find(presented.issuance.cardUuid)
    if (row === null) throw new CardFault('unexpected-answer')
    if (request.order) await setOrder(deps.db, presented.issuance.id, request.order.id)
    return { issuance: presented.issuance, row, profile }
  }
  if (presented.identity.chipSerial === null) await giveUpUnnamed(deps, request)
  const { clock, random } = deps.issuance
  const at = clock.now()
  const { holder, kind, desk, actor, reason, replaces = null, order = null } = request
  const cardUuid = random.uuid()
  const { chipSerial } = presented.identity
  const { endsAt = null } = request
  const temporary = endsAt !== null
  const row: Card = {
    ...{ cardUuid, kind, holderId: holder.id, state: 'requested', stateSince: at },
    expiresAt: cardEnd(profile, { at, endsAt }),
  }
  const issuance: Issuance = {
    ...{ id: random.uuid(), cardUuid, holderId: holder.id, kind, desk, chipSerial, actor },
    ...{ profile: profile.name, step: 'requested', state: 'running', startedAt: at },
  }
  await deps.db.inTransaction(async (tx) => {
    await createCardStore(tx).insert(row)
    await setCardOrigin(tx, row, { chipSerial, replaces, temporary })
    await insertIssuance(tx, issuance)
    if (order !== null) await setOrder(tx, issuance.id, order.id)
    const event: AuditEvent = {
      ...{ at, event: 'card.issued', outcome: 'intended', actor, reason },
      ...{ holderId: holder.id, cardUuid },
      facts: { kind, desk, replaces, chipSerial, temporary, ...order?.approval },
    }
    await createAuditStore(tx).append(event)
  })
  return { issuance, row, profile }
}

/** A blank card could be any of them: should one turn out to be named after all, it is wiped. */
async function giveUpUnnamed(
  { db, issuance: { clock } }: IssueCardDeps,
  { holder, kind, actor }: IssueCardRequest,
): Promise<void> {
  for (const { cardUuid } of await listUnnamed(db, { holderId: holder.id, kind })) {
    const reason = 'begun again'
    await giveUpIssuance({ db, clock }, { cardUuid, actor, reason })
  }
}

const dayMs = 86_400_000

/** When a card that is made or renewed at `at` ends: with its kind's profile, or before. */
export function cardEnd(
  { validityDays }: Pick<CardKindProfile, 'validityDays'>,
  { at, endsAt }: { readonly at: Date; readonly endsAt: Date | null },
): Date {
  const end = at.getTime() + validityDays * dayMs
  return new Date(Math.min(end, endsAt?.getTime() ?? end))
}
