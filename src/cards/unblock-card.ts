import type { AuditEvent } from '../audit/audit-event.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { CardFault } from './card-fault.ts'
import type { CardKindProfiles } from './card-kind-profile.ts'
import type { Card } from './card.ts'
import type { DeskCard } from './desk-card.ts'
import { owePuk } from './puk-store.ts'
import { findCardInUse, proveCardInUse, type CardInUse } from './recognise-card-in-use.ts'
import { findPukOnCard, replaceUsedPuk, type PukDeps } from './replace-puk.ts'
import { takeUnblockAuthorisation } from './unblock-authorisation-store.ts'

export interface UnblockDeps extends PukDeps {
  readonly profiles: CardKindProfiles
}

export interface UnblockRequest {
  /** The reader or terminal. */
  readonly desk: string
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  readonly reason: string
  /**
   * Where the holder is far away: what `authoriseUnblock` allowed, for that very card, and is used
   * up by this. Null: whoever asks has card and holder before them.
   */
  readonly authorised: { readonly cardUuid: string; readonly terminalId: string } | null
}

/** What `unblockCard` would do with the presented card. Nothing is written. @throws CardFault */
export async function planUnblocking(
  deps: UnblockDeps,
  presented: DeskCard,
  { authorised }: Pick<UnblockRequest, 'authorised'>,
): Promise<CardInUse> {
  const found = await findCardInUse(deps.db, presented, { now: deps.clock.now() })
  const { cardUuid } = found.card
  if (authorised !== null && authorised.cardUuid !== cardUuid) {
    throw new CardFault('another-card', { cardUuid, expected: authorised.cardUuid })
  }
  if (found.identity.puk.triesLeft === 0) throw new CardFault('puk-blocked', { cardUuid })
  await proveCardInUse(deps, presented, found)
  return found
}

/**
 * Gives a card a PIN that its holder chooses, by the PUK, which is used for that once and replaced
 * by its next version at once:
 *
 * 1. Is it the card that its CHUID says? It has the management key that only that card has.
 * 2. The authorisation is used up, the intent audited, and the next PUK owed: only now is a PUK
 *    worked out and handed to the desk.
 * 3. The holder chooses the PIN.
 * 4. The PUK is replaced. Cut off before, the card is owed that: the next unblocking or renewal
 *    does it, and until then every desk says so.
 *
 * @throws CardFault `another-card`, `not-authorised`, `wrong-management-key`, `puk-blocked`,
 *   `pin-cancelled` and those of `findCardInUse`
 */
export async function unblockCard(
  deps: UnblockDeps,
  presented: DeskCard,
  request: UnblockRequest,
): Promise<Card> {
  const { card } = await planUnblocking(deps, presented, request)
  const facts = await allow(deps, card, request)
  const from = await findPukOnCard(deps, presented, card.cardUuid)
  await owePuk(deps.db, card.cardUuid)
  const puk = await deps.secrets.puk(from)
  try {
    await presented.setPin(puk, deps.profiles[card.kind].pin)
  } finally {
    puk.fill(0)
  }
  await replaceUsedPuk(deps, presented, from)
  await append(deps, card, { request, outcome: 'succeeded', facts })
  return card
}

async function allow(
  deps: UnblockDeps,
  card: Card,
  request: UnblockRequest,
): Promise<NonNullable<AuditEvent['facts']>> {
  const { authorised, desk } = request
  const { cardUuid } = card
  return deps.db.inTransaction(async (tx) => {
    const now = deps.clock.now()
    const taken =
      authorised === null ? null : await takeUnblockAuthorisation(tx, { ...authorised, now })
    if (authorised !== null && taken === null) throw new CardFault('not-authorised', { cardUuid })
    const facts =
      taken === null
        ? { desk }
        : { desk, authorisation: taken.id, authorisedBy: taken.authorisedBy }
    await append({ db: tx, clock: deps.clock }, card, { request, outcome: 'intended', facts })
    return facts
  })
}

function append(
  { db, clock }: { readonly db: Parameters<typeof createAuditStore>[0] } & Pick<PukDeps, 'clock'>,
  { cardUuid, holderId }: Card,
  said: Pick<AuditEvent, 'outcome' | 'facts'> & { readonly request: UnblockRequest },
): Promise<void> {
  const { request, ...event } = said
  const { actor, reason, authorised } = request
  return createAuditStore(db).append({
    ...{ ...event, at: clock.now(), event: 'card.unblocked', actor, reason, holderId, cardUuid },
    terminalId: authorised?.terminalId ?? null,
  })
}
