import { AppError, type Facts } from '../errors.ts'
import type { Certificate } from './certificate.ts'
import { issuerFault } from './issuer-fault.ts'
import type { IssuingAuthority, TrustAnchors } from './trust-anchors.ts'

export { loadTrustAnchors, type IssuingAuthority, type TrustAnchors } from './trust-anchors.ts'
export type { TrustAnchorSource } from './watch-trust-anchors.ts'

export type ChainRefusalReason =
  'chain-untrusted' | 'certificate-expired' | 'certificate-not-yet-valid'

/** The certificate is not one to believe at that instant; `facts.fault` says what was wrong. */
export class ChainRefused extends AppError {
  readonly code = 'CHAIN_REFUSED'
  readonly reason: ChainRefusalReason
  constructor(reason: ChainRefusalReason, facts: Facts = {}) {
    super(`chain refused: ${reason}`, facts)
    this.reason = reason
  }
}

/**
 * Checks that `certificate`, an end entity's, chains to one of `anchors` at the instant `at`, and
 * names the authority that made it.
 *
 * Covers signatures, names, key identifiers, dates of the whole path, CA flag, path length and
 * keyCertSign (RFC 5280 §6.1); an authority that was revoked vouches for nobody. Does not cover the
 * revocation of `certificate` itself, nor whether the authority's kind is the kind of card: compare
 * `kind` with what `cardProfileOf` says.
 *
 * @param at - the instant to judge by; the wall clock is never read here
 * @throws ChainRefused `chain-untrusted`, `certificate-expired`, `certificate-not-yet-valid`; an
 *   authority past its own dates makes `chain-untrusted`, for the holder can do nothing about it
 */
export function checkChain(
  certificate: Certificate,
  anchors: TrustAnchors,
  at: Date,
): IssuingAuthority {
  const authority = issuingAuthority(certificate, anchors)
  checkDates(certificate, at)
  for (const link of authority.path) {
    if (at < link.notBefore || at > link.notAfter)
      throw untrusted('authority-out-of-date', authority)
  }
  return authority
}

function issuingAuthority(certificate: Certificate, anchors: TrustAnchors): IssuingAuthority {
  const fingerprint = certificate.fingerprint.toString('hex')
  const known = anchors.verified.get(fingerprint)
  if (known) return known
  const keyIdentifier = certificate.authorityKeyIdentifier ?? ''
  if (anchors.revoked.has(keyIdentifier)) throw untrusted('authority-revoked')
  const authority = anchors.byKeyIdentifier.get(keyIdentifier)
  if (!authority) throw untrusted('authority-unknown')
  checkIssuedBy(certificate, authority)
  anchors.verified.set(fingerprint, authority)
  return authority
}

function checkIssuedBy(certificate: Certificate, authority: IssuingAuthority): void {
  // A key that may sign certificates never signs anybody in.
  if (certificate.isCa) throw untrusted('not-an-end-entity')
  const fault = issuerFault(certificate, authority.certificate, {
    authoritiesBelow: 0,
    issuerOpenSsl: authority.openSsl,
  })
  if (fault !== null) throw untrusted(fault, authority)
}

/** Both ends belong to the validity (RFC 5280 §4.1.2.5). */
function checkDates({ notBefore, notAfter }: Certificate, at: Date): void {
  if (at < notBefore) {
    throw new ChainRefused('certificate-not-yet-valid', { notBefore: notBefore.toISOString() })
  }
  if (at > notAfter) {
    throw new ChainRefused('certificate-expired', { notAfter: notAfter.toISOString() })
  }
}

function untrusted(fault: string, authority?: IssuingAuthority): ChainRefused {
  return new ChainRefused('chain-untrusted', {
    fault,
    ...(authority && { authorityId: authority.id }),
  })
}
