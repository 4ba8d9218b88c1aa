/** Which card is to be renewed, and whether that is due. Nothing is written here. */
import type { Holder } from '../holders/holder.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { createCertificateStore } from '../pki/certificate-store.ts'
import { isInUse } from '../pki/issue-card-certificate.ts'
import { cardEnd } from './begin-issuance.ts'
import { findCardCare, type CardCare } from './card-care-store.ts'
import { CardFault } from './card-fault.ts'
import type { CardKindProfile } from './card-kind-profile.ts'
import type { DeskCard } from './desk-card.ts'
import type { IssueCardDeps } from './issuing.ts'
import { findCardInUse, proveCardInUse, type CardInUse } from './recognise-card-in-use.ts'
import { findRunningRenewal, findRunningRenewalByChip, type Renewal } from './renewal-store.ts'

export interface RenewCardRequest {
  /** The reader or terminal. */
  readonly desk: string
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  readonly reason: string
  /** Also long before the end. Default false. */
  readonly early?: boolean
  /** The end of a temporary card, which has to be named anew. Null for any other. */
  readonly endsAt?: Date | null
}

/** What is to be renewed; the card's management key is proven. */
export interface ToRenew extends CardInUse {
  readonly holder: Holder
  readonly profile: CardKindProfile
  readonly care: CardCare
  /** An attempt that goes on; null where one is to begin. */
  readonly renewal: Renewal | null
  /** SHA-256 of the certificates in use. */
  readonly inUse: readonly Buffer[]
  /** The first end among card and certificates. */
  readonly due: Date
  /** The card's end once it is renewed. */
  readonly expiresAt: Date
}

/** From so long before the end a card is due. */
export const renewalWindowDays = 60
const windowMs = renewalWindowDays * 86_400_000

/**
 * What `renewCard` would do with the presented card.
 *
 * @throws CardFault `not-due`, `card-temporary`, `holder-inactive`, `wrong-management-key`,
 *   `card-suspended` also where one certificate alone is held, and those of `findCardInUse`
 */
export async function findToRenew(
  deps: IssueCardDeps,
  presented: DeskCard,
  request: Pick<RenewCardRequest, 'early' | 'endsAt'>,
): Promise<ToRenew> {
  const { db } = deps
  const now = deps.issuance.clock.now()
  const found = await findRenewable(deps, presented, now)
  const { cardUuid, kind, holderId } = found.card
  const holder = await createHolderStore(db).find(holderId)
  if (holder?.state !== 'active') throw new CardFault('holder-inactive', { holderId })
  await proveCardInUse(deps, presented, found)
  const care = await findCardCare(db, cardUuid)
  if (care === null) throw new CardFault('unknown-card', { cardUuid })
  const renewal = await findRunningRenewal(db, cardUuid)
  const certificates = (await createCertificateStore(db).listByCard(cardUuid)).filter(isInUse)
  // Whoever held it ends the hold: a new certificate would go round that.
  const held = certificates.find(({ status }) => status === 'suspended')
  if (held) throw new CardFault('card-suspended', { cardUuid, slot: held.slot })
  const due = firstEnd([
    found.card,
    ...certificates.map(({ notAfter: expiresAt }) => ({ expiresAt })),
  ])
  if (renewal === null) checkDue({ cardUuid, due, care }, request, now)
  const profile = deps.profiles[kind]
  return {
    ...{ ...found, holder, profile, care, renewal, due },
    inUse: certificates.map(({ fingerprint }) => fingerprint),
    expiresAt: renewal?.expiresAt ?? cardEnd(profile, { at: now, endsAt: request.endsAt ?? null }),
  }
}

function firstEnd(all: readonly { readonly expiresAt: Date }[]): Date {
  return new Date(Math.min(...all.map(({ expiresAt }) => expiresAt.getTime())))
}

function checkDue(
  { cardUuid, due, care }: { readonly cardUuid: string } & Pick<ToRenew, 'due' | 'care'>,
  { early = false, endsAt = null }: Pick<RenewCardRequest, 'early' | 'endsAt'>,
  now: Date,
): void {
  if (!early && due.getTime() - now.getTime() > windowMs) {
    throw new CardFault('not-due', { cardUuid, due: due.toISOString() })
  }
  if (care.temporary && endsAt === null) throw new CardFault('card-temporary', { cardUuid })
}

/** A card whose CHUID was lost while it was written anew is found by its chip. */
async function findRenewable(
  { db }: IssueCardDeps,
  presented: DeskCard,
  now: Date,
): Promise<CardInUse> {
  try {
    return await findCardInUse(db, presented, { now })
  } catch (error) {
    if (!(error instanceof CardFault) || error.reason !== 'card-blank') throw error
    const { chipSerial } = await presented.identify()
    const torn = chipSerial === null ? null : await findRunningRenewalByChip(db, chipSerial)
    if (torn === null) throw error
    return findCardInUse(db, presented, { now, named: torn.cardUuid })
  }
}
