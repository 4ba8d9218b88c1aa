import { CardFault, type CardFaultReason } from '../../src/cards/card-fault.ts'
import { AppError, type ErrorCode } from '../../src/errors.ts'
import type { IssueCardDeps } from '../../src/cards/issue-card.ts'
import { BatchRefused } from '../../src/batches/batch-refused.ts'
import type { LoadedBatch } from '../../src/batches/batch-store.ts'
import { holdLease, type Lease } from '../../src/batches/hold-lease.ts'
import { ItemFailed } from '../../src/batches/item-failed.ts'
import { putBack, takeNext, type TakenItem } from '../../src/batches/queue-store.ts'
import {
  checkItem,
  failItem,
  settleItem,
  workItem,
  type WorkItemRequest,
} from '../../src/batches/work-item.ts'
import type { QueueDesk } from '../desk/queue-desk.ts'
import type { SlipPins } from '../desk/slip-pin.ts'
import type { PinSource } from '../desk/holder-pin.ts'

/** What happened to one request at a desk. */
export type ItemOutcome =
  | { readonly state: 'issued'; readonly cardUuid: string }
  | { readonly state: 'failed'; readonly reason: string }
  /** It is somebody else's, or back in the queue. */
  | { readonly state: 'left' }

/** What the people at a desk are told while cards are made. */
export interface DeskTeller {
  insertCard(item: TakenItem): Promise<void>
  takeCardAway(): void
  tryAnotherCard(fault: CardFault): void
  finished(item: TakenItem, outcome: ItemOutcome): void
}

export interface DeskWorkOptions {
  readonly batch: LoadedBatch
  /** This process, as the queue names it. */
  readonly runner: string
  readonly leaseSeconds: number
  /** Stops between two cards. */
  readonly signal: AbortSignal
  readonly teller: DeskTeller
  /** Who acts, asked for each card. @throws PermissionDenied, OperatorSignInRequired */
  readonly actorFor: (item: TakenItem) => Promise<string>
  /** Where the PIN of this card comes from. */
  readonly pinsFor: (item: TakenItem) => Promise<PinSource | SlipPins>
  /** Of a card that a run had made which was cut off: its slip may still be a draft at this desk. */
  readonly keepLeftSlip: (item: TakenItem) => Promise<void>
}

/** So many cards in a row may be unfit before a request is given up. */
const cardsPerItem = 3

/**
 * Works at one desk until the queue is empty or the signal says stop: takes a request, waits for a
 * card, makes it the holder's, waits until it was taken away. A card that is unfit costs the request
 * nothing but a try with another card.
 *
 * @throws whatever says that this desk cannot go on; its request is back in the queue then
 */
export async function workAtDesk(
  deps: IssueCardDeps,
  desk: QueueDesk,
  options: DeskWorkOptions,
): Promise<void> {
  const { batch, runner, leaseSeconds, signal, teller } = options
  while (!signal.aborted) {
    const leaseId = deps.issuance.random.uuid()
    const taking = { desk: desk.name, runner, leaseId, leaseSeconds }
    const item = await takeNext(deps.db, batch.id, taking)
    if (item === null) return
    const lease = holdLease({ db: deps.db, clock: deps.issuance.clock }, item, leaseSeconds)
    try {
      const outcome = await makeCard(deps, desk, { ...options, item, lease })
      teller.finished(item, outcome)
    } catch (error) {
      await putBack(deps.db, item, deps.issuance.clock.now())
      // Told to stop while it waited, a desk has not failed.
      if (error !== signal.reason) throw error
    } finally {
      lease.end()
    }
  }
}

interface ItemWork extends DeskWorkOptions {
  readonly item: TakenItem
  readonly lease: Lease
}

async function makeCard(
  deps: IssueCardDeps,
  desk: QueueDesk,
  work: ItemWork,
): Promise<ItemOutcome> {
  const { batch, item, lease, signal, teller } = work
  const actor = await work.actorFor(item)
  const request = { batch, item, lease, desk: desk.name, actor }
  const before = await outcomeBefore(deps, request, work)
  if (before !== null) return before
  const pins = await work.pinsFor(item)
  for (let tried = 1; ; tried += 1) {
    await teller.insertCard(item)
    await desk.untilInserted(signal)
    const result = await tryCard(deps, desk, { request, pins })
    if (result instanceof CardFault && tried < cardsPerItem) {
      teller.tryAnotherCard(result)
      await desk.untilTaken(`unfit-${item.number}-${tried}`, signal)
      continue
    }
    return conclude(deps, desk, { work, request, result })
  }
}

/** What a request comes to without any card: it has one already, or can have none. */
async function outcomeBefore(
  deps: IssueCardDeps,
  request: WorkItemRequest,
  { keepLeftSlip }: DeskWorkOptions,
): Promise<ItemOutcome | null> {
  const cardUuid = await settleItem(deps, request)
  if (cardUuid !== null) {
    await keepLeftSlip(request.item)
    return { state: 'issued', cardUuid }
  }
  try {
    await checkItem(deps, request)
    return null
  } catch (error) {
    if (!(error instanceof ItemFailed)) throw error
    await failItem(deps, request, error.failure)
    return { state: 'failed', reason: error.failure }
  }
}

interface Tried {
  readonly request: WorkItemRequest
  readonly pins: PinSource | SlipPins
}

/** The outcome, or why this card is unfit. */
async function tryCard(
  deps: IssueCardDeps,
  desk: QueueDesk,
  { request, pins }: Tried,
): Promise<ItemOutcome | CardFault> {
  const standing = { isIssued: false }
  const onIssued = async () => {
    standing.isIssued = true
    if ('keep' in pins) await pins.keep()
  }
  try {
    const { card } = await desk.withCard(pins, (one) => workItem(deps, one, request, onIssued))
    return { state: 'issued', cardUuid: card.cardUuid }
  } catch (error) {
    // A draft is the only place where an issued card's PIN is written.
    if ('discard' in pins && !standing.isIssued) await pins.discard()
    if (error instanceof ItemFailed) return { state: 'failed', reason: error.failure }
    if (error instanceof BatchRefused && error.reason === 'lease-lost') return { state: 'left' }
    if (error instanceof AppError && codesOfItems.includes(error.code))
      return { state: 'failed', reason: error.code }
    if (!(error instanceof CardFault) || endsDesk.includes(error.reason)) throw error
    if (endsItem.includes(error.reason)) return { state: 'failed', reason: error.reason }
    return error
  }
}

/** No other card would help, and the next request is no better off at this desk. */
const endsDesk: readonly CardFaultReason[] = ['no-such-reader', 'reader-gone']
/** What is wrong lies in the request: its certificate, its number, the card that it replaces. */
const codesOfItems: readonly ErrorCode[] = ['CERTIFICATE_REQUEST_REFUSED', 'DUPLICATE', 'NOT_FOUND']
/** No other card would help this holder. */
const endsItem: readonly CardFaultReason[] = [
  'holder-inactive',
  'holder-of-another-kind',
  'pin-cancelled',
]

interface Concluding {
  readonly work: ItemWork
  readonly request: WorkItemRequest
  readonly result: ItemOutcome | CardFault
}

async function conclude(
  deps: IssueCardDeps,
  desk: QueueDesk,
  { work, request, result }: Concluding,
): Promise<ItemOutcome> {
  const { item, signal, teller } = work
  const outcome: ItemOutcome =
    result instanceof CardFault ? { state: 'failed', reason: result.reason } : result
  if (outcome.state === 'failed') await failItem(deps, request, outcome.reason)
  teller.takeCardAway()
  const label = outcome.state === 'issued' ? outcome.cardUuid : `${outcome.state}-${item.number}`
  try {
    await desk.untilTaken(label, signal)
  } catch (error) {
    // The card is made; whoever stops now takes it away later.
    if (!signal.aborted) throw error
  }
  return outcome
}
