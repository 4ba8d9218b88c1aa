import { X509Certificate } from 'node:crypto'
import type { Certificate } from './certificate.ts'

/** Why one certificate did not make another. */
export type IssuerFault =
  | 'unknown-critical-extension'
  | 'names-do-not-chain'
  | 'key-identifiers-differ'
  | 'issuer-is-no-authority'
  | 'issuer-may-not-certify'
  | 'path-too-long'
  | 'signature-wrong'

export interface IssuerFaultOptions {
  /** How many authorities stand between `issuer` and the end of the path (RFC 5280 §4.2.1.9). */
  readonly authoritiesBelow: number
  /** What OpenSSL made of `issuer` before, to save reading it again. */
  readonly issuerOpenSsl?: X509Certificate
}

/**
 * Did `issuer` make `certificate`, and was it allowed to (RFC 5280 §6.1.3 a, §6.1.4)? null when it
 * did. Judges no dates: see `checkChain`.
 */
export function issuerFault(
  certificate: Certificate,
  issuer: Certificate,
  options: IssuerFaultOptions,
): IssuerFault | null {
  if (certificate.unknownCriticalExtensions.length > 0) return 'unknown-critical-extension'
  if (!issuer.isCa) return 'issuer-is-no-authority'
  if (!issuer.keyUsage.has('keyCertSign')) return 'issuer-may-not-certify'
  if (issuer.pathLength !== null && issuer.pathLength < options.authoritiesBelow) {
    return 'path-too-long'
  }
  if (!areSameKey(certificate, issuer)) return 'key-identifiers-differ'
  return signatureFault(certificate, options.issuerOpenSsl ?? new X509Certificate(issuer.der))
}

/** Every certificate of ours names its issuer's key; only a root may leave that out. */
function areSameKey(certificate: Certificate, issuer: Certificate): boolean {
  const isSelfIssued = certificate.fingerprint.equals(issuer.fingerprint)
  const named = certificate.authorityKeyIdentifier
  if (named === null) return isSelfIssued
  return named === issuer.subjectKeyIdentifier
}

function signatureFault(certificate: Certificate, issuer: X509Certificate): IssuerFault | null {
  const openSsl = new X509Certificate(certificate.der)
  // OpenSSL compares the encoded names, in canonical form (RFC 5280 §7.1).
  if (!openSsl.checkIssued(issuer)) return 'names-do-not-chain'
  return openSsl.verify(issuer.publicKey) ? null : 'signature-wrong'
}
