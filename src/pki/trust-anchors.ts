import { X509Certificate } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { AuthorityUnavailable, type Authority, type AuthorityKind } from './authority.ts'
import { CertificateUnreadable, parseCertificate, type Certificate } from './certificate.ts'
import { issuerFault, type IssuerFault } from './issuer-fault.ts'

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

/** Made from the registry's authorities; made anew, with nothing remembered, when they change. */
export interface TrustAnchors {
  /** By subject key identifier: two authorities of one kind may stand side by side (roll-over). */
  readonly byKeyIdentifier: ReadonlyMap<string, IssuingAuthority>
  /** Subject key identifiers of those that vouch for nobody any more, and of all below them. */
  readonly revoked: ReadonlySet<string>
  /**
   * Fingerprints (hexadecimal) of certificates whose signature has been verified, with who made
   * it. A signature stays right for ever; dates are judged at every check.
   */
  readonly verified: LRUCache<string, IssuingAuthority>
}

/** Some 100 bytes each. Only certificates of our own get in, so strangers cannot flush it. */
const maxVerified = 50_000

/** An authority of the registry that nobody may rely on, and why. */
export interface AnchorFault {
  readonly authorityId: string
  readonly name: string
  readonly fault: string
}

/**
 * Checks every authority up to its root (RFC 5280 §6.1: names, signatures, CA flag, path length,
 * key usage), but not dates: an authority may come of age or expire while the service runs.
 * Issuing and retired ones anchor; revoked ones, and what hangs on them, do not.
 *
 * @throws AuthorityUnavailable when one of them has no sound path to a root in `authorities`
 */
export function loadTrustAnchors(authorities: readonly Authority[]): TrustAnchors {
  const { anchors, faults } = loadSoundAnchors(authorities)
  if (faults[0] === undefined) return anchors
  const { authorityId, name, fault } = faults[0]
  const message = `authority ${name} cannot be trusted: ${fault}`
  throw new AuthorityUnavailable(message, { authorityId, fault })
}

/** As `loadTrustAnchors`, but unsound authorities are left out and told: they anchor nothing. */
export function loadSoundAnchors(authorities: readonly Authority[]): {
  anchors: TrustAnchors
  faults: readonly AnchorFault[]
} {
  const rows = new Map(authorities.map((authority) => [authority.id, authority]))
  const byKeyIdentifier = new Map<string, IssuingAuthority>()
  const revoked = new Set<string>()
  const faults: AnchorFault[] = []
  const shared = new Set<string>()
  for (const row of authorities) {
    const loaded = load(row, rows)
    if ('fault' in loaded) {
      faults.push({ authorityId: row.id, name: row.name, fault: loaded.fault })
    } else if (loaded.isRevoked) {
      revoked.add(loaded.keyIdentifier)
    } else if (byKeyIdentifier.has(loaded.keyIdentifier)) {
      // Which of the two made a certificate could not be told.
      shared.add(loaded.keyIdentifier)
      faults.push({ authorityId: row.id, name: row.name, fault: 'shares-its-key-with-another' })
    } else {
      byKeyIdentifier.set(loaded.keyIdentifier, loaded.authority)
    }
  }
  for (const keyIdentifier of [...shared, ...revoked]) byKeyIdentifier.delete(keyIdentifier)
  return { anchors: { byKeyIdentifier, revoked, verified: remember() }, faults }
}

function remember(): TrustAnchors['verified'] {
  return new LRUCache({ max: maxVerified })
}

type Loaded =
  | { readonly fault: string }
  | {
      readonly authority: IssuingAuthority
      readonly keyIdentifier: string
      readonly isRevoked: boolean
    }

function load(row: Authority, rows: ReadonlyMap<string, Authority>): Loaded {
  const above = pathOf(row, rows)
  if (above === null) return { fault: 'no-path-to-a-root' }
  const path = above.map(readable)
  if (!path.every((certificate) => certificate !== null)) return { fault: 'unreadable' }
  const fault = pathFault(path)
  if (fault !== null) return { fault }
  const [certificate] = path
  const keyIdentifier = certificate?.subjectKeyIdentifier ?? null
  if (certificate === undefined || keyIdentifier === null)
    return { fault: 'without-key-identifier' }
  const { id, name, kind } = row
  const openSsl = new X509Certificate(certificate.der)
  return {
    authority: { id, name, kind, certificate, path, openSsl },
    keyIdentifier,
    isRevoked: above.some(({ state }) => state === 'revoked'),
  }
}

/** The authority first, its root last; null where it leads to no root. */
function pathOf(authority: Authority, rows: ReadonlyMap<string, Authority>): Authority[] | null {
  const path = [authority]
  for (let next = authority; next.issuerId !== null; path.push(next)) {
    const issuer = rows.get(next.issuerId)
    if (!issuer || path.includes(issuer)) return null
    next = issuer
  }
  return path
}

function readable({ certificateDer }: Authority): Certificate | null {
  try {
    return parseCertificate(certificateDer)
  } catch (error) {
    if (error instanceof CertificateUnreadable) return null
    throw error
  }
}

function pathFault(path: readonly Certificate[]): IssuerFault | null {
  const root = path.length - 1
  const faults = path.map((certificate, index) => {
    // The root has signed itself; every other is signed by the next, with `index + 1` below that.
    const issuer = path[index + 1] ?? certificate
    return issuerFault(certificate, issuer, { authoritiesBelow: Math.min(index + 1, root) })
  })
  return faults.find((fault) => fault !== null) ?? null
}
