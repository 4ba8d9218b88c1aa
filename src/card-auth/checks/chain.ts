import type { Certificate } from '../../pki/certificate.ts'
import {
  ChainRefused,
  checkChain,
  type ChainRefusalReason,
  type IssuingAuthority,
  type TrustAnchors,
} from '../../pki/chain.ts'
import { CardRefused, type RefusalDetails } from '../refusal.ts'

/**
 * Did an authority of ours issue this certificate, and is it valid now?
 *
 * @throws CardRefused `chain-untrusted`, `certificate-expired`, `certificate-not-yet-valid`
 */
export function checkCertificateChain(
  certificate: Certificate,
  anchors: TrustAnchors,
  now: Date,
): IssuingAuthority {
  try {
    return checkChain(certificate, anchors, now)
  } catch (cause) {
    if (!(cause instanceof ChainRefused)) throw cause
    const { reason, facts } = cause
    throw new CardRefused(reason, { facts, details: datesOf(certificate)[reason], cause })
  }
}

/** What the sentence names; a stranger's certificate has dates that are nobody's business here. */
function datesOf(certificate: Certificate): Readonly<Record<ChainRefusalReason, RefusalDetails>> {
  return {
    'chain-untrusted': {},
    'certificate-expired': { date: certificate.notAfter },
    'certificate-not-yet-valid': { date: certificate.notBefore },
  }
}
