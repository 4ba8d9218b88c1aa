import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { AppError } from '../errors.ts'
import { checkChain, loadTrustAnchors } from '../pki/chain.ts'
import type { CertificateStore } from '../pki/certificate-store.ts'
import { signerOfChuid } from '../pki/content-signature.ts'
import { CardFault } from './card-fault.ts'
import { takeChuidApart } from './card-objects.ts'
import type { CardSecrets } from './card-secrets.ts'
import { createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import type { CardIdentity, DeskCard } from './desk-card.ts'
import {
  findRunning,
  findRunningByChip,
  findSecretVersions,
  type Issuance,
} from './issuance-journal.ts'
import { proveManagementKey, type FoundKey } from './management-key.ts'

export interface JudgeDeps {
  readonly db: Database
  readonly clock: Clock
  readonly certificates: Pick<CertificateStore, 'listAuthorities'>
  readonly secrets: CardSecrets
}

/** Whom a card is to be issued for. */
export interface CardWish {
  readonly holderId: string
  readonly kind: Card['kind']
}

/** Why a card of ours is made blank before it is issued anew. */
export type WipeReason =
  | 'card-ended'
  | 'half-made-for-another'
  | 'half-made-and-given-up'
  | 'puk-blocked'
  | 'unknown-to-registry'

/** What a presented card is good for; `key` is proven to it. */
export type PresentedCard = {
  readonly identity: CardIdentity
  readonly key: FoundKey
} & (
  | { readonly fate: 'issue' }
  | { readonly fate: 'resume'; readonly issuance: Issuance }
  | { readonly fate: 'wipe'; readonly cardUuid: string; readonly why: WipeReason }
)

/**
 * Is the card blank or ours, and what becomes of it? Nothing is written.
 *
 * 1. A card without CHUID is blank if nobody changed its PIN, its management key or put a
 *    certificate there; it may have been about to become ours.
 * 2. A card that the registry knows is ours if it has the management key that we gave it, or the
 *    factory's while it was half made. One that may be in use is refused.
 * 3. A card that the registry does not know is ours if it has a management key that only we could
 *    have given it, or our signature in its CHUID: then the registry has lost it.
 * 4. Every other card is somebody else's.
 *
 * @throws CardFault `someone-elses-card`, `wrong-management-key`, `card-in-use`
 */
export async function judgePresentedCard(
  deps: JudgeDeps,
  card: DeskCard,
  wish: CardWish,
): Promise<PresentedCard> {
  const identity = await card.identify()
  const { cardUuid } = identity
  if (cardUuid === null) return judgeUnnamed(deps, card, { identity, wish })
  const registered = await createCardStore(deps.db).find(cardUuid)
  if (registered === null) return judgeUnknown(deps, card, { ...identity, cardUuid })
  return judgeRegistered(deps, card, { identity, registered, wish })
}

interface Unnamed {
  readonly identity: CardIdentity
  readonly wish: CardWish
}

async function judgeUnnamed(
  { db, secrets }: JudgeDeps,
  card: DeskCard,
  { identity, wish }: Unnamed,
): Promise<PresentedCard> {
  const { pin, puk, hasCertificate, chipSerial } = identity
  const isTouched = pin.isDefault === false || puk.isDefault === false || hasCertificate
  if (isTouched) throw new CardFault('someone-elses-card')
  const search = { secrets, cardUuid: null, versions: null }
  const key = await proveManagementKey(card, identity, search)
  if (key === null) throw new CardFault('wrong-management-key')
  const issuance = chipSerial === null ? null : await findRunningByChip(db, chipSerial)
  if (issuance === null) return { fate: 'issue', identity, key }
  if (isFor(issuance, wish)) return { fate: 'resume', identity, key, issuance }
  const { cardUuid } = issuance
  return { fate: 'wipe', identity, key, cardUuid, why: 'half-made-for-another' }
}

async function judgeUnknown(
  deps: JudgeDeps,
  card: DeskCard,
  identity: CardIdentity & { readonly cardUuid: string },
): Promise<PresentedCard> {
  const { cardUuid } = identity
  const search = { secrets: deps.secrets, cardUuid, versions: null }
  const key = await proveManagementKey(card, identity, search)
  const isOurs = key?.whose === 'ours' || (await isSignedByUs(deps, identity))
  if (!isOurs) throw new CardFault('someone-elses-card', { cardUuid })
  if (key === null) throw new CardFault('wrong-management-key', { cardUuid })
  return { fate: 'wipe', identity, key, cardUuid, why: 'unknown-to-registry' }
}

/** Whether the CHUID carries the signature of a certificate that one of our authorities issued. */
async function isSignedByUs(deps: JudgeDeps, { chuid }: CardIdentity): Promise<boolean> {
  const parts = chuid === null ? null : takeChuidApart(chuid)
  const signer = parts === null ? null : signerOfChuid(parts.signature, parts.toSign)
  if (signer === null) return false
  try {
    checkChain(
      signer,
      loadTrustAnchors(await deps.certificates.listAuthorities()),
      deps.clock.now(),
    )
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'CHAIN_REFUSED') return false
    throw error
  }
}

async function judgeRegistered(
  { db, secrets }: JudgeDeps,
  card: DeskCard,
  { identity, registered, wish }: Unnamed & { readonly registered: Card },
): Promise<PresentedCard> {
  const { cardUuid, state, holderId } = registered
  if (state === 'issued' || state === 'active' || state === 'suspended') {
    throw new CardFault('card-in-use', { cardUuid, state, holderId })
  }
  const versions = await findSecretVersions(db, cardUuid)
  const key = await proveManagementKey(card, identity, { secrets, cardUuid, versions })
  const isOurs = key?.whose === 'ours' || (key !== null && versions !== null)
  if (key === null || !isOurs) throw new CardFault('wrong-management-key', { cardUuid })
  const wipe = (why: WipeReason) => ({ fate: 'wipe', identity, key, cardUuid, why }) as const
  if (state !== 'requested') return wipe('card-ended')
  const issuance = await findRunning(db, cardUuid)
  if (issuance === null) return wipe('half-made-and-given-up')
  if (!isFor(issuance, wish)) return wipe('half-made-for-another')
  if (identity.puk.triesLeft === 0) return wipe('puk-blocked')
  return { fate: 'resume', identity, key, issuance }
}

function isFor({ holderId, kind }: Issuance, wish: CardWish): boolean {
  return holderId === wish.holderId && kind === wish.kind
}
