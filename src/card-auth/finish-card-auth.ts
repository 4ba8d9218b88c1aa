import type { AuditLog } from '../audit/audit-event.ts'
import {
  CardTransitionRefused,
  type CardStore,
  type CertificateStanding,
  type PresentedStanding,
} from '../cards/card-store.ts'
import type { Card } from '../cards/card.ts'
import type { Clock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import type { Authentication } from '../holders/authentication.ts'
import { fingerprintOf } from '../pki/certificate.ts'
import type { TrustAnchors } from '../pki/chain.ts'
import { parseAuthToken, type UnverifiedAuthToken } from './auth-token.ts'
import { recordRefusals, recordSignIn } from './card-auth-audit.ts'
import { readAnswer, type ReceivedAnswer } from './card-answer.ts'
import { takeChallenge } from './challenge-store.ts'
import type { Challenge } from './challenge.ts'
import { checkCardSignature } from './checks/card-signature.ts'
import { checkCardStanding } from './checks/card-standing.ts'
import { checkCertificateChain } from './checks/chain.ts'
import { checkCertificateStatus } from './checks/certificate-status.ts'
import { checkChallenge } from './checks/challenge.ts'
import { checkHolderStanding } from './checks/holder-standing.ts'
import { checkPolicy } from './checks/policy.ts'
import { presentedCertificate } from './checks/presented-certificate.ts'
import { checkProfile, type SignInProfile } from './checks/profile.ts'
import { checkRegistration } from './checks/registration.ts'
import { checkTerminal } from './checks/terminal.ts'
import { CardRefused } from './refusal.ts'

export interface FinishCardAuthDeps {
  readonly store: ExpiringStore
  readonly cards: Pick<CardStore, 'findCertificateStanding' | 'findCertificateByCard'>
  /** Makes a card active that was handed over locked; `activateOnFirstUse` does. */
  readonly activate: (card: Card) => Promise<unknown>
  readonly anchors: TrustAnchors
  readonly policyOidArc: string
  readonly audit: AuditLog
  readonly clock: Clock
}

/** What the browser's own request brings; its cookies prove the last two. */
export interface CardAuthAttempt {
  readonly challengeId: string
  readonly interactionId: string
  readonly browserSecret: string
}

/**
 * Judges the card's answer and says who has signed in. Whatever the outcome, it is in the audit log
 * before this returns: a sign-in that could not be recorded does not happen.
 *
 * @throws CardRefused with the reason; `DatabaseUnavailable` and `StoreUnavailable` when we could
 *   not tell, which signs nobody in either
 */
export async function finishCardAuth(
  deps: FinishCardAuthDeps,
  attempt: CardAuthAttempt,
): Promise<Authentication> {
  const now = deps.clock.now()
  const recorded = recordRefusals(deps.audit, { attempt, now })
  // 1. One answer per challenge: it is taken here, whatever happens next. Another browser takes
  //    nothing, and reading the answer beside it brings that browser nothing.
  const [challenge, received] = await recorded(
    { terminalId: null },
    Promise.all([takeChallenge(deps.store, attempt), readAnswer(deps.store, attempt.challengeId)]),
  )
  const asked = { challenge, interactionId: attempt.interactionId, now }
  const authentication = await recorded(challenge, judgeAnswer(deps, asked, received))
  await recordSignIn(deps.audit, attempt, authentication)
  return authentication
}

interface Asked {
  readonly challenge: Challenge
  readonly interactionId: string
  readonly now: Date
}

async function judgeAnswer(
  deps: FinishCardAuthDeps,
  { challenge, interactionId, now }: Asked,
  received: ReceivedAnswer | null,
): Promise<Authentication> {
  checkChallenge(challenge, interactionId, now)
  // 2. Does what the card answered have the published form?
  if (received === null) throw new CardRefused('token-missing')
  const token = parseAuthToken(received.token)
  // 3. All that the registry knows, in one question.
  const found = await findPresented(deps.cards, token, { received, challenge })
  // 4. Did a terminal of ours take this answer, to this question, for this origin?
  const terminal = checkTerminal(found.terminal, received, challenge)
  // 5. Did our authority vouch for this certificate, for this use? The chain comes first: a
  //    stranger's card is a stranger's, whatever kind it says it is.
  const certificate = presentedCertificate(token, found.standing)
  const authority = checkCertificateChain(certificate, deps.anchors, now)
  const expected = { policyOidArc: deps.policyOidArc, slot: received.keySlot }
  const profile = checkProfile(certificate, authority, expected)
  // 6. Does the card hold the key?
  checkCardSignature(certificate, token, challenge)
  // 7. Are card, certificate and holder still welcome? Told only now, to who has the card in hand;
  //    the card before its certificate, because people know what a card is.
  const standing = checkRegistration(found.standing, profile, received)
  checkCardStanding(standing.card, profile.slot, now)
  checkCertificateStatus(standing)
  checkHolderStanding(standing)
  // 8. Is that enough for what was asked?
  checkPolicy(profile, { challenge, terminal, card: standing.card })
  // 9. A card that was handed over locked is its holder's from its first tap and PIN.
  if (standing.card.state === 'issued') await activateOrRefuse(deps, standing.card)
  return authenticatedByCard(profile, { standing, challenge, now })
}

/** A card that ended at the same moment signs nobody in. */
async function activateOrRefuse({ activate }: FinishCardAuthDeps, card: Card): Promise<void> {
  try {
    await activate(card)
  } catch (error) {
    if (!(error instanceof CardTransitionRefused)) throw error
    const { cardUuid, holderId, state } = card
    throw new CardRefused('card-not-active', { facts: { cardUuid, holderId, state }, cause: error })
  }
}

/** One joined look-up, by the certificate in the token or else by the card that was named. */
function findPresented(
  cards: FinishCardAuthDeps['cards'],
  { unverifiedCertificate }: UnverifiedAuthToken,
  by: { readonly received: ReceivedAnswer; readonly challenge: Challenge },
): Promise<PresentedStanding> {
  const { terminalId } = by.challenge
  const { cardUuid, keySlot: slot } = by.received
  return unverifiedCertificate === null
    ? cards.findCertificateByCard({ cardUuid, slot }, terminalId)
    : cards.findCertificateStanding(fingerprintOf(unverifiedCertificate), terminalId)
}

function authenticatedByCard(
  profile: SignInProfile,
  by: { readonly standing: CertificateStanding; readonly challenge: Challenge; readonly now: Date },
): Authentication {
  const { card, holder } = by.standing
  const isTap = profile.slot === '9E'
  return {
    holderId: holder.id,
    holderName: holder.displayName,
    method: 'card',
    level: isTap ? 'low' : 'high',
    amr: isTap ? ['hwk'] : ['sc', 'pin', 'hwk', 'mfa'],
    cardUuid: card.cardUuid,
    cardKind: profile.kind,
    keySlot: profile.slot,
    terminalId: by.challenge.terminalId,
    passkeyId: null,
    at: by.now,
  }
}
