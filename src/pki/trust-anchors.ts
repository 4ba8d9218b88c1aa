import { X509Certificate } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { AuthorityUnavailable, type Authority, type AuthorityKind } from './authority.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import { issuerFault } from './issuer-fault.ts'

/** One of our authorities whose own path to our root has been checked, all but the dates. */
export interface IssuingAuthority {
  readonly id: string
  readonly name: string
  /** What it may vouch for: the caller compares it with the kind that the card claims to be. */
  readonly kind: AuthorityKind
  readonly certificate: Certificate
  readonly openSsl: X509Certificate
  /** The authority's own certificate first, the root's last. */
  readonly path: readonly Certificate[]
}

/** Made once from the registry's authorities; made anew when they change. */
export interface TrustAnchors {
  /** By subject key identifier: two authorities of one kind may stand side by side (roll-over). */
  readonly byKeyIdentifier: ReadonlyMap<string, IssuingAuthority>
  /**
   * Fingerprints (hexadecimal) of certificates whose signature has been verified, with who made
   * it. A signature stays right for ever; dates are judged at every check.
   */
  readonly verified: LRUCache<string, IssuingAuthority>
}

/** Some 100 bytes each. Only certificates of our own get in, so strangers cannot flush it. */
const maxVerified = 50_000

/**
 * Checks every authority up to its root (RFC 5280 §6.1: names, signatures, CA flag, path length,
 * key usage), but not dates: an authority may come of age or expire while the service runs.
 *
 * @throws AuthorityUnavailable when one of them has no sound path to a root in `authorities`
 * @throws CertificateUnreadable
 */
export function loadTrustAnchors(authorities: readonly Authority[]): TrustAnchors {
  const rows = new Map(authorities.map((authority) => [authority.id, authority]))
  const byKeyIdentifier = new Map<string, IssuingAuthority>()
  for (const authority of authorities.map((row) => loadAuthority(row, rows))) {
    const keyIdentifier = keyIdentifierOf(authority)
    if (byKeyIdentifier.has(keyIdentifier)) throw broken(authority, 'shares-its-key-with-another')
    byKeyIdentifier.set(keyIdentifier, authority)
  }
  return { byKeyIdentifier, verified: new LRUCache({ max: maxVerified }) }
}

function loadAuthority(
  authority: Authority,
  rows: ReadonlyMap<string, Authority>,
): IssuingAuthority {
  const path = pathOf(authority, rows).map(({ certificateDer }) => parseCertificate(certificateDer))
  const root = path.length - 1
  path.forEach((certificate, index) => {
    // The root has signed itself; every other is signed by the next, with `index + 1` below that.
    const issuer = path[index + 1] ?? certificate
    const fault = issuerFault(certificate, issuer, { authoritiesBelow: Math.min(index + 1, root) })
    if (fault !== null) throw broken(authority, fault)
  })
  const [certificate] = path
  if (!certificate) throw broken(authority, 'no-path')
  const { id, name, kind } = authority
  return { id, name, kind, certificate, path, openSsl: new X509Certificate(certificate.der) }
}

function pathOf(authority: Authority, rows: ReadonlyMap<string, Authority>): Authority[] {
  const path = [authority]
  for (let next = authority; next.issuerId !== null; path.push(next)) {
    const issuer = rows.get(next.issuerId)
    if (!issuer || path.includes(issuer)) throw broken(authority, 'no-path-to-a-root')
    next = issuer
  }
  return path
}

function keyIdentifierOf(authority: IssuingAuthority): string {
  const { subjectKeyIdentifier } = authority.certificate
  if (subjectKeyIdentifier === null) throw broken(authority, 'without-key-identifier')
  return subjectKeyIdentifier
}

function broken({ id, name }: { id: string; name: string }, fault: string): AuthorityUnavailable {
  return new AuthorityUnavailable(`authority ${name} cannot be trusted: ${fault}`, {
    authorityId: id,
    fault,
  })
}
