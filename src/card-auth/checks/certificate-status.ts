import type { CertificateStanding } from '../../cards/card-store.ts'
import { CardRefused } from '../refusal.ts'

/**
 * Does the registry still stand by this certificate? Only `active` does: whatever else it says,
 * and whatever it may learn to say, refuses.
 *
 * @throws CardRefused `certificate-suspended`, `certificate-revoked`
 */
export function checkCertificateStatus({ certificate, card }: CertificateStanding): void {
  const { status, serialNumber } = certificate
  if (status === 'active') return
  const { cardUuid, holderId } = card
  const reason = status === 'suspended' ? 'certificate-suspended' : 'certificate-revoked'
  throw new CardRefused(reason, { facts: { cardUuid, holderId, serialNumber, status } })
}
