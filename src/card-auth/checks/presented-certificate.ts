import { LRUCache } from 'lru-cache'
import type { CertificateStanding } from '../../cards/card-store.ts'
import { CertificateUnreadable, parseCertificate, type Certificate } from '../../pki/certificate.ts'
import type { UnverifiedAuthToken } from '../auth-token.ts'
import { CardRefused } from '../refusal.ts'

/**
 * Which certificate is this answer to be judged by? The one that the registry holds, found by the
 * certificate in the token (then it is the same, byte for byte) or by the card that the terminal
 * named. That name is only a hint: a card that gave another's GUID has not got the key of the
 * certificate found here. A certificate that the registry does not hold is read from the token, so
 * that its bearer hears what is wrong with it.
 *
 * @throws CardRefused `token-malformed`, `card-unknown`
 */
export function presentedCertificate(
  token: UnverifiedAuthToken,
  standing: CertificateStanding | null,
): Certificate {
  if (standing !== null) return registeredCertificate(standing)
  if (token.unverifiedCertificate !== null) return readCertificate(token.unverifiedCertificate)
  throw new CardRefused('card-unknown')
}

/**
 * Reading a certificate costs more than both signature checks, and what it says never changes.
 * Only what the registry holds is remembered, so strangers cannot flush it; some 4 kB each.
 */
const known = new LRUCache<string, Certificate>({ max: 5000 })

function registeredCertificate({ certificate }: CertificateStanding): Certificate {
  const fingerprint = certificate.fingerprint.toString('hex')
  const read = known.get(fingerprint) ?? parseCertificate(certificate.der)
  known.set(fingerprint, read)
  return read
}

function readCertificate(der: Buffer): Certificate {
  try {
    return parseCertificate(der)
  } catch (cause) {
    if (!(cause instanceof CertificateUnreadable)) throw cause
    const facts = { field: 'unverifiedCertificate' }
    throw new CardRefused('token-malformed', { facts, cause })
  }
}
