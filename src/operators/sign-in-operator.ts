import { createAuditStore } from '../audit/audit-store.ts'
import { CardRefused } from '../card-auth/refusal.ts'
import { activateOnFirstUse } from '../cards/activate-on-first-use.ts'
import { CardFault } from '../cards/card-fault.ts'
import { CardTransitionRefused, type CertificateStanding } from '../cards/card-store.ts'
import type { DeskCard } from '../cards/desk-card.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import type { AppError } from '../errors.ts'
import type { Random } from '../random.ts'
import { answerAtDesk, presentCard, type OperatorAnswer } from './answer-at-desk.ts'
import { openChallenge, takeChallenge } from './challenge-store.ts'
import { rolesOf } from './grant-store.ts'
import {
  checkOperatorCertificate,
  judgeOperator,
  type JudgeOperatorDeps,
} from './judge-operator.ts'
import { PermissionDenied } from './operator-refused.ts'
import type { OperatorRole } from './operator.ts'
import { insertSession } from './session-store.ts'

export interface OperatorSignInDeps extends JudgeOperatorDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
}

export interface SignedInOperator {
  /** For the operator's own computer, and nowhere else. */
  readonly sessionSecret: string
  readonly holderId: string
  readonly holderName: string
  readonly cardUuid: string
  readonly roles: readonly OperatorRole[]
}

/**
 * Signs an operator in by the card at the desk and its PIN. A refusal is in the audit before it is
 * thrown.
 *
 * @throws CardRefused, CardFault
 * @throws PermissionDenied `no-role`
 */
export async function signInOperator(
  deps: OperatorSignInDeps,
  card: DeskCard,
): Promise<SignedInOperator> {
  const { challengeId, answer } = await recordRefusals(deps, async () => {
    const presented = await presentCard(card)
    checkOperatorCertificate(deps, presented.certificate, deps.clock.now())
    const { challengeId, nonce } = await openChallenge(deps)
    const answer = await answerAtDesk(card, presented, { origin: deps.issuer, nonce })
    return { challengeId, answer }
  })
  return finishOperatorSignIn(deps, challengeId, answer)
}

/**
 * Judges the answer to a challenge, which is used up by this, and begins a session.
 *
 * @throws CardRefused, PermissionDenied `no-role`
 */
export async function finishOperatorSignIn(
  deps: OperatorSignInDeps,
  challengeId: string,
  answer: OperatorAnswer,
): Promise<SignedInOperator> {
  const now = deps.clock.now()
  return recordRefusals(deps, async () => {
    const challenge = await takeChallenge(deps.db, challengeId, now)
    const standing = await judgeOperator(deps, answer, { challenge, now })
    const roles = await rolesOf(deps.db, standing.holder.id)
    if (roles.length === 0) throw withoutRole(standing)
    await activate(deps, standing)
    return beginSession(deps, { standing, roles, at: now })
  })
}

/** A card that was handed over locked is its holder's from its first PIN. */
async function activate(deps: OperatorSignInDeps, { card }: CertificateStanding): Promise<void> {
  try {
    await activateOnFirstUse(deps, card, { actor: card.holderId })
  } catch (error) {
    if (!(error instanceof CardTransitionRefused)) throw error
    const { cardUuid, holderId, state } = card
    throw new CardRefused('card-not-active', { facts: { cardUuid, holderId, state }, cause: error })
  }
}

async function beginSession(
  { db, random }: OperatorSignInDeps,
  by: {
    readonly standing: CertificateStanding
    readonly roles: readonly OperatorRole[]
    readonly at: Date
  },
): Promise<SignedInOperator> {
  const { standing, roles, at } = by
  const { cardUuid } = standing.card
  const { id: holderId, displayName: holderName } = standing.holder
  const sessionSecret = random.bytes(32).toString('base64url')
  await db.inTransaction(async (tx) => {
    await insertSession(tx, sessionSecret, { holderId, cardUuid, at })
    const event = { at, event: 'operator.signed-in', outcome: 'succeeded' } as const
    const facts = { roles: roles.join(' ') }
    await createAuditStore(tx).append({ ...event, actor: holderId, holderId, cardUuid, facts })
  })
  return { sessionSecret, holderId, holderName, cardUuid, roles }
}

function withoutRole({ card, holder }: CertificateStanding): PermissionDenied {
  const denial = { reason: 'no-role', action: null, rolesNeeded: [] } as const
  const { cardUuid } = card
  return new PermissionDenied(denial, { facts: { cardUuid, holderId: holder.id } })
}

/** A card or holder stands in its column only where the card has proved its key. */
async function recordRefusals<T>(deps: OperatorSignInDeps, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = reasonOf(error)
    if (reason !== null) {
      const { cardUuid, holderId, ...facts } = (error as AppError).facts
      const event = { at: deps.clock.now(), event: 'operator.refused', outcome: 'refused' } as const
      const whose = { cardUuid: textOrNull(cardUuid), holderId: textOrNull(holderId) }
      await createAuditStore(deps.db).append({ ...event, ...whose, reason, facts })
    }
    throw error
  }
}

/** null for what says nothing about who asks: no reader, no card, no database. */
function reasonOf(error: unknown): string | null {
  if (error instanceof CardRefused) return error.reason
  if (error instanceof PermissionDenied) return error.denial.reason
  return error instanceof CardFault && error.reason.startsWith('pin-') ? error.reason : null
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
