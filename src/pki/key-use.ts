import { CertificateRequestRefused } from './certificate-request.ts'
import type { KeyUse } from './certificate-store.ts'
import type { CertificateBearer } from './registered-certificate.ts'

export interface KeyClaim {
  readonly bearer: CertificateBearer
  readonly authorityId: string
}

/**
 * No key is certified for two bearers, and none again once a certificate of it was revoked. A
 * bearer may have its own key certified again; what a crash left unfinished does not stand in the
 * way.
 *
 * @param uses - every certificate and intent of one that has the key
 * @returns whether this would be the bearer's own key, certified again
 * @throws CertificateRequestRefused `publicKey`
 */
export function checkKeyUse(uses: readonly KeyUse[], claim: KeyClaim): boolean {
  if (uses.some((use) => !isSameBearer(use, claim))) throw certifiedAlready()
  if (uses.some(({ status, wasSigned }) => status === 'revoked' && wasSigned)) {
    throw new CertificateRequestRefused('publicKey', 'was in a certificate that is revoked')
  }
  return uses.length > 0
}

export function certifiedAlready(cause?: unknown): CertificateRequestRefused {
  return new CertificateRequestRefused('publicKey', 'is certified already', cause)
}

function isSameBearer({ bearer, authorityId }: KeyUse, claim: KeyClaim): boolean {
  if ('cardUuid' in bearer) {
    const other = claim.bearer
    return 'cardUuid' in other && other.cardUuid === bearer.cardUuid && other.slot === bearer.slot
  }
  if ('terminalId' in bearer) {
    return 'terminalId' in claim.bearer && claim.bearer.terminalId === bearer.terminalId
  }
  // Each authority has a responder of its own, and a server's name means one server everywhere.
  const isSameAuthority = bearer.service !== 'ocsp' || authorityId === claim.authorityId
  return 'service' in claim.bearer && claim.bearer.service === bearer.service && isSameAuthority
}
