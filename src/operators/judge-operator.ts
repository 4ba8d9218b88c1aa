import { checkCardSignature } from '../card-auth/checks/card-signature.ts'
import { checkCardStanding } from '../card-auth/checks/card-standing.ts'
import { checkCertificateStatus } from '../card-auth/checks/certificate-status.ts'
import { checkCertificateChain } from '../card-auth/checks/chain.ts'
import { checkHolderStanding } from '../card-auth/checks/holder-standing.ts'
import { presentedCertificate } from '../card-auth/checks/presented-certificate.ts'
import { checkProfile, type SignInProfile } from '../card-auth/checks/profile.ts'
import { checkRegistration } from '../card-auth/checks/registration.ts'
import { CardRefused } from '../card-auth/refusal.ts'
import { createCardStore, type CertificateStanding } from '../cards/card-store.ts'
import type { Queryable } from '../db/pool.ts'
import { fingerprintOf, type Certificate } from '../pki/certificate.ts'
import type { TrustAnchors } from '../pki/chain.ts'
import type { OperatorAnswer } from './answer-at-desk.ts'
import type { OperatorChallenge } from './challenge-store.ts'

export interface JudgeOperatorDeps {
  readonly db: Queryable
  /** The origin that cards sign. */
  readonly issuer: string
  readonly anchors: TrustAnchors
  readonly policyOidArc: string
}

/**
 * Is this the 9A certificate of a civil-servant card of ours, valid now? Asked before the PIN is:
 * a stranger's card never gets to see one.
 *
 * @throws CardRefused as `checkCertificateChain` and `checkProfile`, `card-kind-not-admitted`
 */
export function checkOperatorCertificate(
  { anchors, policyOidArc }: Pick<JudgeOperatorDeps, 'anchors' | 'policyOidArc'>,
  certificate: Certificate,
  now: Date,
): SignInProfile {
  const authority = checkCertificateChain(certificate, anchors, now)
  const profile = checkProfile(certificate, authority, { policyOidArc, slot: '9A' })
  if (profile.kind !== 'civil-servant') {
    throw new CardRefused('card-kind-not-admitted', { details: { kinds: ['civil-servant'] } })
  }
  return profile
}

/**
 * Judges a card's answer as every sign-in is judged, but for the terminal: this one happens at the
 * operator's own desk, and its command asks for 9A alone.
 *
 * @param challenge - just taken
 * @throws CardRefused
 */
export async function judgeOperator(
  deps: JudgeOperatorDeps,
  { cardUuid, token }: OperatorAnswer,
  { challenge, now }: { readonly challenge: OperatorChallenge; readonly now: Date },
): Promise<CertificateStanding> {
  // 1. All that the registry knows of this certificate, in one question.
  const fingerprint = fingerprintOf(token.unverifiedCertificate)
  const found = await createCardStore(deps.db).findCertificateStanding(fingerprint, null)
  const certificate = presentedCertificate(token, found.standing)
  // 2. Did our authority vouch for it, for this use?
  const profile = checkOperatorCertificate(deps, certificate, now)
  // 3. Does the card hold the key?
  checkCardSignature(certificate, token, { origin: deps.issuer, nonce: challenge.nonce })
  // 4. Are card, certificate and holder still welcome? A copied CHUID names another card.
  const known = found.standing?.card.cardUuid === cardUuid ? found.standing : null
  const standing = checkRegistration(known, profile, { cardUuid })
  checkCardStanding(standing.card, profile.slot, now)
  checkCertificateStatus(standing)
  checkHolderStanding(standing)
  return standing
}
