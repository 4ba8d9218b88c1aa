import { createAuditStore } from '../audit/audit-store.ts'
import type { DeskCard } from '../cards/desk-card.ts'
import { findByOrder } from '../cards/issuance-journal.ts'
import {
  issueCard,
  planIssuing,
  type IssueCardDeps,
  type IssueCardRequest,
  type IssuedCard,
} from '../cards/issue-card.ts'
import { giveUpIssuance } from '../cards/wipe-card.ts'
import { createAgencyStore } from '../holders/agency-store.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import type { Holder } from '../holders/holder.ts'
import { listLiveCards } from './batch-row-store.ts'
import type { LoadedBatch } from './batch-store.ts'
import { ItemFailed } from './item-failed.ts'
import type { Lease } from './hold-lease.ts'
import { markFailed, markIssued, type TakenItem } from './queue-store.ts'

export interface WorkItemRequest {
  readonly batch: LoadedBatch
  readonly item: TakenItem
  readonly lease: Lease
  /** The reader or terminal. */
  readonly desk: string
  readonly actor: string
}

/**
 * Whether an earlier run made the card and was cut off before it could say so: then the request has
 * its card, and none is made.
 *
 * @returns the card's UUID; null where there is none yet
 */
export async function settleItem(
  deps: IssueCardDeps,
  request: WorkItemRequest,
): Promise<string | null> {
  const earlier = await findByOrder(deps.db, request.item.id)
  if (earlier?.state !== 'finished') return null
  await noteIssued(deps, request, earlier.cardUuid)
  return earlier.cardUuid
}

/**
 * Whether the request can get a card at all: asked before anybody puts one in.
 *
 * @throws ItemFailed
 */
export async function checkItem(deps: IssueCardDeps, request: WorkItemRequest): Promise<void> {
  await orderOf(deps, request)
}

/**
 * Makes the presented card the one that a request of a batch asks for.
 *
 * 1. The lease is ours, here and before each step on the card.
 * 2. The holder has no such card by now.
 * 3. What another card was begun for this request is given up, so that whoever still holds that card
 *    cannot finish it. The registry refuses a second attempt for a request besides.
 * 4. The card is issued; then the request has it.
 *
 * @param onIssued - between the card's end and the queue's knowing of it: for what must not get lost
 * @throws ItemFailed where no other card would help
 * @throws BatchRefused `lease-lost`; CardFault and whatever else `issueCard` throws
 */
export async function workItem(
  deps: IssueCardDeps,
  card: DeskCard,
  request: WorkItemRequest,
  onIssued: () => Promise<void>,
): Promise<IssuedCard> {
  const { item, lease } = request
  lease.check()
  const order = await orderOf(deps, request)
  const earlier = await findByOrder(deps.db, item.id)
  if (earlier?.state === 'running') {
    const plan = await planIssuing(deps, card, order)
    const isSame = plan.fate === 'resume' && plan.issuance.id === earlier.id
    const end = { cardUuid: earlier.cardUuid, actor: request.actor, reason: 'begun again' }
    if (!isSame) await giveUpIssuance({ db: deps.db, clock: deps.issuance.clock }, end)
  }
  const issued = await issueCard({ ...deps, onStep: guarded(deps, lease) }, card, order)
  await onIssued()
  await noteIssued(deps, request, issued.card.cardUuid)
  return issued
}

function guarded({ onStep }: IssueCardDeps, lease: Lease): (step: string) => void {
  return (step) => {
    lease.check()
    onStep?.(step)
  }
}

async function orderOf(
  { db }: IssueCardDeps,
  { batch, item, desk, actor }: WorkItemRequest,
): Promise<IssueCardRequest> {
  const { kind, holderId, replaces } = item
  const holder = await createHolderStore(db).find(holderId)
  if (holder?.state !== 'active') throw new ItemFailed('holder-inactive')
  const live = await listLiveCards(db, [holderId])
  const others = live.filter((card) => card.kind === kind && card.cardUuid !== replaces)
  if (others.length > 0) throw new ItemFailed('already-has-card')
  const { preparedBy, approvedBy } = batch
  const approval = {
    ...{ batchId: batch.id, batchItem: item.number, preparedBy },
    approval: approvedBy ?? preparedBy,
  }
  return {
    ...{
      holder,
      kind,
      replaces,
      endsReplaced: replaces !== null,
      desk,
      actor,
      agencyPath: await agencyPathOf(db, holder),
    },
    ...{ reason: `batch ${batch.id}, ${item.number}`, order: { id: item.id, approval } },
  }
}

async function agencyPathOf(db: IssueCardDeps['db'], holder: Holder): Promise<string[]> {
  if (holder.type !== 'person') return []
  const [affiliation] = await createHolderStore(db).affiliationsOf(holder.id)
  const agencyId = affiliation?.agencyId ?? null
  const path = agencyId === null ? [] : await createAgencyStore(db).pathOf(agencyId)
  return path.map(({ name }) => name)
}

async function noteIssued(
  { db, issuance: { clock } }: IssueCardDeps,
  { batch, item, desk, actor }: WorkItemRequest,
  cardUuid: string,
): Promise<void> {
  const at = clock.now()
  await db.inTransaction(async (tx) => {
    if (!(await markIssued(tx, item.id, { cardUuid, at }))) return
    await createAuditStore(tx).append({
      ...{ at, event: 'batch.item-issued', outcome: 'succeeded', actor, cardUuid },
      holderId: item.holderId,
      facts: factsOf(batch, item, desk),
    })
  })
}

/** The request leaves the queue without a card, until somebody puts it back. */
export async function failItem(
  { db, issuance: { clock } }: IssueCardDeps,
  { batch, item, desk, actor }: WorkItemRequest,
  reason: string,
): Promise<void> {
  const at = clock.now()
  await db.inTransaction(async (tx) => {
    if (!(await markFailed(tx, item, { reason, at }))) return
    await createAuditStore(tx).append({
      ...{ at, event: 'batch.item-failed', outcome: 'refused', reason, actor },
      ...{ holderId: item.holderId, facts: factsOf(batch, item, desk) },
    })
  })
}

function factsOf({ id, approvedBy, preparedBy }: LoadedBatch, { number }: TakenItem, desk: string) {
  return { batchId: id, batchItem: number, desk, preparedBy, approval: approvedBy ?? preparedBy }
}
