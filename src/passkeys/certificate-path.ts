import type { X509Certificate } from 'node:crypto'

/**
 * Whether each certificate is signed by the next and the last by a root, or is one itself; all of
 * them in their time (RFC 5280 §6.1, without policies and names: makers of devices use none).
 * Vendors' revocation lists are not asked for: the metadata says which models are withdrawn.
 *
 * @param certificates - the one that signed first
 */
export function leadsToRoot(
  certificates: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: Date,
): boolean {
  const current = roots.filter((root) => isInTime(root, now))
  const isRoot = (certificate: X509Certificate): boolean =>
    current.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)
  const last = certificates.at(-1)
  if (last === undefined || !certificates.every((one) => isInTime(one, now))) return false
  const isLinked = certificates
    .slice(1)
    .every((issuer, index) => (issuer.ca || isRoot(issuer)) && signed(issuer, certificates[index]))
  return isLinked && (isRoot(last) || current.some((root) => signed(root, last)))
}

function signed(issuer: X509Certificate, certificate: X509Certificate | undefined): boolean {
  return certificate?.checkIssued(issuer) === true && certificate.verify(issuer.publicKey)
}

function isInTime({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  return Date.parse(validFrom) <= now.getTime() && now.getTime() <= Date.parse(validTo)
}
