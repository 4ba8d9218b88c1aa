import { createAuditStore } from '../audit/audit-store.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { CardKind } from '../holders/card-kind.ts'
import type { Holder } from '../holders/holder.ts'
import {
  cardCapabilities,
  chuidToSign,
  chuidWith,
  discovery,
  takeChuidApart,
} from './card-objects.ts'
import type { IssuanceDeps } from '../pki/issuance.ts'
import { openContentSigner } from '../pki/content-signer.ts'
import { signChuid, signerOfChuid } from '../pki/content-signature.ts'
import { activateCard } from './activate-card.ts'
import { CardFault } from './card-fault.ts'
import type { CardKindProfile, CardKindProfiles } from './card-kind-profile.ts'
import type { CardSecrets } from './card-secrets.ts'
import { createCardStore } from './card-store.ts'
import type { Card } from './card.ts'
import { changeCardState } from './change-card-state.ts'
import { managementKeyAlgorithms, type CardIdentity, type DeskCard } from './desk-card.ts'
import { fillSlot, signsWith, type SlotRequest } from './fill-slot.ts'
import {
  endIssuance,
  insertIssuance,
  listUnnamed,
  reachStep,
  setCardOrigin,
  setManagementKeyVersion,
  setPukVersion,
  type Issuance,
} from './issuance-journal.ts'
import { judgePresentedCard, type PresentedCard, type WipeReason } from './judge-presented-card.ts'
import type { AttestationPolicy } from './keep-attestation.ts'
import { giveUpIssuance, wipePresentedCard } from './wipe-card.ts'

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
  /** Usable at once, instead of from its first tap and PIN on. Default false. */
  readonly active?: boolean
  /** An end before that of the profile: for a temporary card. */
  readonly endsAt?: Date | null
}

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

interface Attempt {
  readonly issuance: Issuance
  readonly row: Card
  readonly profile: CardKindProfile
}

interface Making extends Attempt {
  readonly presented: PresentedCard
  readonly request: IssueCardRequest
}

/** Each `reach` is journaled before the step that it names. */
async function make(deps: IssueCardDeps, card: DeskCard, making: Making): Promise<Card> {
  const { row, profile, presented, request } = making
  const reach = (step: string) => reachOrStop(deps, making, step)
  const isFresh = presented.key.whose === 'factory'
  if (!isNamed(presented.identity)) {
    await reach('identity')
    await writeIdentity(deps, card, making)
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

async function openAttempt(
  deps: IssueCardDeps,
  request: IssueCardRequest,
  presented: PresentedCard,
): Promise<Attempt> {
  const profile = deps.profiles[request.kind]
  if (presented.fate === 'resume') {
    const row = await createCardStore(deps.db).find(presented.issuance.cardUuid)
    if (row === null) throw new CardFault('unexpected-answer')
    return { issuance: presented.issuance, row, profile }
  }
  if (presented.identity.chipSerial === null) await giveUpUnnamed(deps, request)
  const { clock, random } = deps.issuance
  const at = clock.now()
  const { holder, kind, desk, actor, reason, replaces = null } = request
  const cardUuid = random.uuid()
  const { chipSerial } = presented.identity
  const row: Card = {
    ...{ cardUuid, kind, holderId: holder.id, state: 'requested', stateSince: at },
    expiresAt: endOf(request, profile, at),
  }
  const issuance: Issuance = {
    ...{ id: random.uuid(), cardUuid, holderId: holder.id, kind, desk, chipSerial, actor },
    ...{ profile: profile.name, step: 'requested', state: 'running', startedAt: at },
  }
  await deps.db.inTransaction(async (tx) => {
    await createCardStore(tx).insert(row)
    await setCardOrigin(tx, row, { chipSerial, replaces })
    await insertIssuance(tx, issuance)
    const event: AuditEvent = {
      ...{ at, event: 'card.issued', outcome: 'intended', actor, reason },
      ...{ holderId: holder.id, cardUuid, facts: { kind, desk, replaces, chipSerial } },
    }
    await createAuditStore(tx).append(event)
  })
  return { issuance, row, profile }
}

/** A blank card could be any of them: should one turn out to be named after all, it is wiped. */
async function giveUpUnnamed(deps: IssueCardDeps, request: IssueCardRequest): Promise<void> {
  for (const { cardUuid } of await listUnnamed(deps.db, wishOf(request))) {
    const reason = 'begun again'
    await giveUpIssuance(wipeDepsOf(deps), { cardUuid, actor: request.actor, reason })
  }
}

const dayMs = 86_400_000

function endOf({ endsAt }: IssueCardRequest, profile: CardKindProfile, at: Date): Date {
  const end = at.getTime() + profile.validityDays * dayMs
  return new Date(Math.min(end, endsAt?.getTime() ?? end))
}

async function writeIdentity(deps: IssueCardDeps, card: DeskCard, making: Making): Promise<void> {
  const { row, request } = making
  const until = { until: row.expiresAt, actor: request.actor }
  const signer = await openContentSigner(deps.issuance, until)
  const toSign = chuidToSign(row)
  const chuid = chuidWith(toSign, await signChuid(signer, toSign))
  await card.putObject('chuid', chuid)
  const readBack = await card.readObject('chuid')
  if (readBack?.equals(chuid) !== true) throw new CardFault('does-not-verify', { object: 'chuid' })
}

/** Whether the card carries a whole CHUID: a write that was cut off may have left anything. */
function isNamed({ chuid }: CardIdentity): boolean {
  const parts = chuid === null ? null : takeChuidApart(chuid)
  return parts !== null && signerOfChuid(parts.signature, parts.toSign) !== null
}

/** AES where the card can; the registry knows which before the card does. */
async function replaceManagementKey(
  { db, secrets }: IssueCardDeps,
  card: DeskCard,
  cardUuid: string,
): Promise<void> {
  const version = 1
  for (const algorithm of managementKeyAlgorithms) {
    const key = await secrets.managementKey({ cardUuid, version }, algorithm)
    try {
      await setManagementKeyVersion(db, cardUuid, { version, algorithm })
      if (!(await card.setManagementKey(key))) continue
      if (await card.authenticate(key)) return
      throw new CardFault('does-not-verify', { object: 'management-key' })
    } finally {
      key.bytes.fill(0)
    }
  }
  throw new CardFault('not-supported', { what: 'management-key' })
}

/** The PUK that is on the card afterwards; the caller overwrites it. */
async function replacePuk(
  { db, secrets }: IssueCardDeps,
  card: DeskCard,
  { row: { cardUuid }, profile, presented }: Making,
): Promise<Buffer> {
  const version = 1
  const ours = await secrets.puk({ cardUuid, version })
  await setPukVersion(db, cardUuid, version)
  const { puk, pin } = presented.identity
  const isFresh = presented.key.whose === 'factory' || puk.isDefault === true
  if (isFresh && pin.isDefault !== false) await setTries(card, profile, presented)
  try {
    if (puk.isDefault !== false) await card.changePuk({ from: Buffer.from('12345678'), to: ours })
  } catch (error) {
    // A card that does not tell, taken up again: then it has ours already, as `setPin` will show.
    const isSet = puk.isDefault === null && error instanceof CardFault
    if (!isSet || error.reason !== 'wrong-puk') throw error
  }
  return ours
}

async function setTries(
  card: DeskCard,
  { pin, puk }: CardKindProfile,
  { identity }: PresentedCard,
): Promise<void> {
  if (pin.tries === null || puk.tries === null) return
  const isSo = identity.pin.triesTotal === pin.tries && identity.puk.triesTotal === puk.tries
  if (!isSo) await card.setTries({ pin: pin.tries, puk: puk.tries })
}

/** Some cards serve the discovery object by themselves. */
async function writeObjects(card: DeskCard, { cardUuid }: Card): Promise<void> {
  await card.putObject('card-capabilities', cardCapabilities(cardUuid))
  if ((await card.readObject('discovery')) === null) await card.putObject('discovery', discovery)
}

async function finish(deps: IssueCardDeps, { row, request }: Making): Promise<Card> {
  const { clock } = deps.issuance
  const at = clock.now()
  const { cardUuid } = row
  const asked = { cardUuid, actor: request.actor, reason: request.reason }
  return deps.db.inTransaction(async (tx) => {
    const standing = { db: within(deps.db, tx), clock: { now: () => at } }
    const isOver = await endIssuance(tx, { cardUuid, state: 'finished', reason: null, at })
    if (!isOver) throw new CardFault('card-ended', { cardUuid })
    const step = { event: 'card.issued', from: 'requested', to: 'issued' } as const
    const issued = await changeCardState(standing, asked, step)
    return request.active === true ? activateCard(standing, asked) : issued
  })
}

/** The database as use-cases know it, with everything that they do in the transaction `tx`. */
function within(db: Database, tx: Queryable): Database {
  return { ...db, ...tx, inTransaction: (work) => work(tx) }
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
