import type { CertificateStanding } from '../../cards/card-store.ts'
import type { ReceivedAnswer } from '../card-answer.ts'
import { CardRefused } from '../refusal.ts'
import type { SignInProfile } from './profile.ts'

/**
 * Is the certificate, which our authority has signed, in our registry too, as this kind and key of
 * the very card that the terminal vouched for?
 *
 * @throws CardRefused `certificate-unknown`, `certificate-kind-mismatch`,
 *   `certificate-slot-mismatch`, `terminal-signature-wrong`
 */
export function checkRegistration(
  standing: CertificateStanding | null,
  profile: SignInProfile,
  received: Pick<ReceivedAnswer, 'cardUuid'>,
): CertificateStanding {
  if (standing === null) throw new CardRefused('certificate-unknown')
  const { card, certificate } = standing
  const facts = { cardUuid: card.cardUuid, holderId: card.holderId }
  if (card.kind !== profile.kind) throw new CardRefused('certificate-kind-mismatch', { facts })
  if (certificate.slot !== profile.slot)
    throw new CardRefused('certificate-slot-mismatch', { facts })
  if (card.cardUuid !== received.cardUuid) {
    throw new CardRefused('terminal-signature-wrong', { facts })
  }
  return standing
}
