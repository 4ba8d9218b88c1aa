import { withinTransaction } from '../db/within-transaction.ts'
import { activateCard } from './activate-card.ts'
import { openAttempt } from './begin-issuance.ts'
import { CardFault } from './card-fault.ts'
import { createCardStore } from './card-store.ts'
import { cardTransitions, type Card } from './card.ts'
import { changeCardState, type CardStandingDeps } from './change-card-state.ts'
import type { DeskCard } from './desk-card.ts'
import { fillSlot, signsWith, type SlotRequest } from './fill-slot.ts'
import { replaceManagementKey, replacePuk } from './give-card-secrets.ts'
import { endIssuance, reachStep } from './issuance-journal.ts'
import type { Attempt, IssueCardDeps, IssueCardRequest, Making } from './issuing.ts'
import { judgePresentedCard, type PresentedCard, type WipeReason } from './judge-presented-card.ts'
import { giveUpIssuance, wipePresentedCard } from './wipe-card.ts'
import { isNamed, writeIdentity, writeObjects } from './write-card-objects.ts'

export type { IssueCardDeps, IssueCardRequest } from './issuing.ts'

export interface IssuedCard {
  readonly card: Card
  /** Whether an attempt was taken up that had been cut off. */
  readonly resumed: boolean
  /** The card that was on the chip before and was wiped, and why; null for none. */
  readonly wiped: { readonly cardUuid: string; readonly why: WipeReason } | null
}

/** What `issueCard` would do with the presented card. Nothing is written. @throws CardFault */
export async function planIssuing(
  deps: IssueCardDeps,
  card: DeskCard,
  request: IssueCardRequest,
): Promise<PresentedCard> {
  checkHolder(request)
  return judgePresentedCard(judgeDepsOf(deps), card, wishOf(request))
}

/**
 * Makes the presented card the holder's, in one sequence. Every step is in the journal before it
 * touches the card, so that whatever cuts it off, the next run with this card resumes or wipes it:
 *
 * 1. Is the card blank or ours? What is half made for somebody else, has ended or is unknown to
 *    the registry is wiped, its row revoked before.
 * 2. Its row is written as `requested`, with the attempt, before anything is on the card.
 * 3. The CHUID names the card, signed; from here on it finds its own attempt.
 * 4. Its own management key and PUK take the place of the factory's; the holder's PIN follows.
 * 5. Each slot: a key made on the card, its proof, its certificate, read back.
 * 6. The other objects; then 9E and 9A sign under the certificates that were read back.
 * 7. The row becomes `issued`, in one transaction with the end of the attempt.
 *
 * @throws CardFault; what went wrong on the way leaves the attempt running, but `does-not-verify`
 *   gives it up
 * @throws CertificateRequestRefused, AuthorityUnavailable, KeystoreUnavailable, DatabaseUnavailable
 */
export async function issueCard(
  deps: IssueCardDeps,
  card: DeskCard,
  request: IssueCardRequest,
): Promise<IssuedCard> {
  checkHolder(request)
  let presented = await judgePresentedCard(judgeDepsOf(deps), card, wishOf(request))
  let wiped: IssuedCard['wiped'] = null
  if (presented.fate === 'wipe') {
    wiped = { cardUuid: presented.cardUuid, why: presented.why }
    await wipePresentedCard(wipeDepsOf(deps), card, { ...wiped, actor: request.actor })
    presented = await judgePresentedCard(judgeDepsOf(deps), card, wishOf(request))
    if (presented.fate === 'wipe') throw new CardFault('unexpected-answer')
  }
  const resumed = presented.fate === 'resume'
  const attempt = await openAttempt(deps, request, presented)
  try {
    return { card: await make(deps, card, { ...attempt, presented, request }), resumed, wiped }
  } catch (error) {
    if (error instanceof CardFault && error.reason === 'does-not-verify') {
      const { cardUuid } = attempt.row
      const { actor } = request
      await giveUpIssuance(wipeDepsOf(deps), { cardUuid, actor, reason: error.reason })
    }
    throw error
  }
}

/** Each `reach` is journaled before the step that it names. */
async function make(deps: IssueCardDeps, card: DeskCard, making: Making): Promise<Card> {
  const { row, profile, presented, request } = making
  const reach = (step: string) => reachOrStop(deps, making, step)
  const isFresh = presented.key.whose === 'factory'
  if (!isNamed(presented.identity)) {
    await reach('identity')
    await writeIdentity(deps, card, { row, actor: request.actor })
  }
  if (isFresh) {
    await reach('management-key')
    await replaceManagementKey(deps, card, row.cardUuid)
  }
  await reach('puk')
  const puk = await replacePuk(deps, card, making)
  try {
    await reach('pin')
    await card.setPin(puk, profile.pin)
  } finally {
    puk.fill(0)
  }
  const slots: SlotRequest[] = profile.slots.map((slot) => ({
    ...{ profile: slot, card: row, holder: request.holder, agencyPath: request.agencyPath },
    ...{ actor: request.actor, attestation: profile.attestation },
    isResumed: presented.fate === 'resume' && presented.identity.cardUuid !== null,
  }))
  for (const slot of slots) await fillSlot(deps, card, { ...slot, reach })
  await reach('objects')
  await writeObjects(card, row)
  await reach('verification')
  for (const slot of slots.filter(({ profile: { slot } }) => slot === '9E' || slot === '9A')) {
    await signsWith(deps, card, slot)
  }
  return finish(deps, making)
}

async function reachOrStop(
  { db, issuance: { clock }, onStep }: IssueCardDeps,
  { issuance }: Attempt,
  step: string,
): Promise<void> {
  onStep?.(step)
  // Given up by somebody else meanwhile: the card was revoked, or another desk has it.
  if (!(await reachStep(db, { id: issuance.id, step, at: clock.now() })))
    throw new CardFault('card-ended', { cardUuid: issuance.cardUuid })
}

async function finish(deps: IssueCardDeps, { row, request }: Making): Promise<Card> {
  const { clock } = deps.issuance
  const at = clock.now()
  const { cardUuid } = row
  const asked = { cardUuid, actor: request.actor, reason: request.reason }
  return deps.db.inTransaction(async (tx) => {
    const standing = { db: withinTransaction(deps.db, tx), clock: { now: () => at } }
    const isOver = await endIssuance(tx, { cardUuid, state: 'finished', reason: null, at })
    if (!isOver) throw new CardFault('card-ended', { cardUuid })
    const step = { event: 'card.issued', from: 'requested', to: 'issued' } as const
    const issued = await changeCardState(standing, asked, step)
    await endReplaced(standing, request)
    return request.active === true ? activateCard(standing, asked) : issued
  })
}

/** The card that this one stands in for; one that has ended meanwhile stays as it is. */
async function endReplaced(
  deps: CardStandingDeps,
  { replaces = null, endsReplaced = false, actor, reason }: IssueCardRequest,
): Promise<void> {
  const old =
    endsReplaced && replaces !== null ? await createCardStore(deps.db).find(replaces) : null
  if (old === null || !cardTransitions[old.state].includes('replaced')) return
  const asked = { cardUuid: old.cardUuid, actor, reason }
  await changeCardState(deps, asked, { event: 'card.replaced', from: null, to: 'replaced' })
}

function checkHolder({ holder, kind }: IssueCardRequest): void {
  const facts = { holderId: holder.id, kind }
  if (holder.state !== 'active') throw new CardFault('holder-inactive', facts)
  const fits = (kind === 'enterprise') === (holder.type === 'organisation')
  if (!fits) throw new CardFault('holder-of-another-kind', facts)
}

function wishOf({ holder, kind }: IssueCardRequest) {
  return { holderId: holder.id, kind }
}

function judgeDepsOf({ db, issuance, secrets }: IssueCardDeps) {
  const { clock, certificates } = issuance
  return { db, clock, certificates, secrets }
}

function wipeDepsOf({ db, issuance: { clock } }: IssueCardDeps) {
  return { db, clock }
}
