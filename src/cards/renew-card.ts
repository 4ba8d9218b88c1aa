import { createAuditStore } from '../audit/audit-store.ts'
import { agencyPathOf } from '../holders/agency-path.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import type { IssuanceDeps } from '../pki/issuance.ts'
import { CardFault } from './card-fault.ts'
import { createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import type { DeskCard } from './desk-card.ts'
import { fillSlot, signsWith, type SlotRequest } from './fill-slot.ts'
import type { IssueCardDeps } from './issuing.ts'
import { checkInUse } from './recognise-card-in-use.ts'
import { findToRenew, type RenewCardRequest, type ToRenew } from './renewal.ts'
import { finishRenewal, insertRenewal, reachRenewalStep, type Renewal } from './renewal-store.ts'
import { findPukOnCard, replaceUsedPuk } from './replace-puk.ts'
import { writeIdentity } from './write-card-objects.ts'

export { findToRenew, renewalWindowDays } from './renewal.ts'
export type { RenewCardRequest, ToRenew } from './renewal.ts'

export interface RenewedCard {
  readonly card: Card
  /** Whether an attempt was taken up that had been cut off. */
  readonly resumed: boolean
}

/**
 * Renews the presented card in place. Every step is in the journal before it touches the card, so
 * that whatever cuts it off, the next run with this card goes on:
 *
 * 1. Is it the card that its CHUID says, in use, and due? Its own management key shows the first.
 * 2. The holder enters the PIN: keys that want it will have to sign.
 * 3. The attempt is written, with the certificates whose places will be taken.
 * 4. Each slot: a new key made on the card, its proof, its certificate, which supersedes the old
 *    one in the transaction that makes it count, read back. 9D keeps its key, so that what was
 *    encrypted for the holder stays readable. Slots that are not reached yet go on as they were.
 * 5. The CHUID with the new end; a PUK that is owed is replaced; 9E and 9A sign.
 * 6. The card's new end counts, in one transaction with the end of the attempt.
 *
 * @throws CardFault; what went wrong from 3 on leaves the attempt running
 * @throws CertificateRequestRefused, AuthorityUnavailable, KeystoreUnavailable, DatabaseUnavailable
 */
export async function renewCard(
  deps: IssueCardDeps,
  presented: DeskCard,
  request: RenewCardRequest,
): Promise<RenewedCard> {
  const found = await findToRenew(deps, presented, request)
  await presented.enterPin()
  const renewal = found.renewal ?? (await beginRenewal(deps, found, request))
  const row: Card = { ...found.card, expiresAt: renewal.expiresAt }
  const reach = (step: string) => reachOrStop(deps, renewal, step)
  const safe = { ...deps, issuance: issuingWhileInUse(deps, row.cardUuid) }
  const slots = await slotsOf(deps, { ...found, card: row }, { renewal, actor: request.actor })
  for (const slot of slots) await fillSlot(safe, presented, { ...slot, reach })
  await reach('identity')
  await writeIdentity(deps, presented, { row, actor: request.actor })
  if (found.care.pukOwed) {
    await reach('puk')
    const puk = { db: deps.db, secrets: deps.secrets, clock: deps.issuance.clock }
    await replaceUsedPuk(puk, presented, await findPukOnCard(puk, presented, row.cardUuid))
  }
  await reach('verification')
  for (const slot of slots.filter(({ profile: { slot } }) => slot === '9E' || slot === '9A')) {
    await signsWith(deps, presented, slot)
  }
  const card = await finish(deps, renewal, request)
  return { card, resumed: found.renewal !== null }
}

async function beginRenewal(
  { db, issuance: { clock, random } }: IssueCardDeps,
  { card, inUse, expiresAt }: ToRenew,
  { desk, actor, reason }: RenewCardRequest,
): Promise<Renewal> {
  const at = clock.now()
  const { cardUuid, holderId } = card
  const renewal: Renewal = {
    ...{ id: random.uuid(), cardUuid, desk, actor, expiresAt, outdated: inUse },
    ...{ step: 'requested', startedAt: at },
  }
  await db.inTransaction(async (tx) => {
    await insertRenewal(tx, renewal)
    await createAuditStore(tx).append({
      ...{ at, event: 'card.renewed', outcome: 'intended', actor, reason, holderId, cardUuid },
      facts: { desk, expiresAt: expiresAt.toISOString() },
    })
  })
  return renewal
}

async function slotsOf(
  { db }: IssueCardDeps,
  { card, holder, profile }: ToRenew,
  { renewal, actor }: { readonly renewal: Renewal; readonly actor: string },
): Promise<SlotRequest[]> {
  const agencyPath = await agencyPathOf(db, holder)
  return profile.slots.map((slot) => ({
    ...{ profile: slot, card, holder, agencyPath, actor, attestation: profile.attestation },
    ...{ isResumed: true, outdated: renewal.outdated, keepsKey: slot.slot === '9D' },
  }))
}

/**
 * Certificates come only while the card may be used, whoever changes that at the same moment: each
 * transaction takes the lock first that a change of the card's state takes.
 */
function issuingWhileInUse({ db, issuance }: IssueCardDeps, cardUuid: string): IssuanceDeps {
  return {
    ...issuance,
    inTransaction: (work) =>
      db.inTransaction(async (tx) => {
        const card = await createCardStore(tx).findToChange(cardUuid)
        if (card === null) throw new CardFault('unknown-card', { cardUuid })
        checkInUse(card, issuance.clock.now())
        return work({ certificates: createCertificateStore(tx), audit: createAuditStore(tx) })
      }),
  }
}

async function reachOrStop(
  { db, issuance: { clock }, onStep }: IssueCardDeps,
  { id, cardUuid }: Renewal,
  step: string,
): Promise<void> {
  onStep?.(step)
  // Suspended or revoked by somebody else meanwhile.
  if (!(await reachRenewalStep(db, { id, step, at: clock.now() })))
    throw new CardFault('card-ended', { cardUuid })
}

async function finish(
  { db, issuance: { clock } }: IssueCardDeps,
  { id, cardUuid, expiresAt }: Renewal,
  { desk, actor, reason }: RenewCardRequest,
): Promise<Card> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const cards = createCardStore(tx)
    const before = await cards.findToChange(cardUuid)
    if (before === null) throw new CardFault('unknown-card', { cardUuid })
    checkInUse(before, at)
    if (!(await finishRenewal(tx, { id, at }))) throw new CardFault('card-ended', { cardUuid })
    const { holderId } = before
    await createAuditStore(tx).append({
      ...{ at, event: 'card.renewed', outcome: 'succeeded', actor, reason, holderId, cardUuid },
      facts: { desk, expiresAt: expiresAt.toISOString() },
    })
    return { ...before, expiresAt }
  })
}
