import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import type { CrlRecord } from './crl-store.ts'

/** How long lists last, when the next one comes, and what they say about themselves. */
export interface CrlPolicy {
  /** From `thisUpdate` to `nextUpdate` of an issuing authority's lists. Default 24 hours. */
  readonly issuingLifetimeSeconds: number
  /** The same for a root, which revokes next to nothing. Default 90 days. */
  readonly rootLifetimeSeconds: number
  /**
   * After which share of its lifetime a list is followed by the next though nothing changed.
   * Default a quarter: three more tries can fail before anybody is left without.
   */
  readonly renewAfterShare: number
  /** Changes sooner after a list than this wait, so that many become one list. Default 60. */
  readonly leastIntervalSeconds: number
  /** With less than this share of its lifetime left a list is too old. Default a quarter. */
  readonly marginShare: number
  /** How many lists of each part are kept. Default 3. */
  readonly keep: number
  /**
   * Which lists name their own address (RFC 5280 §5.2.5), in an extension that has to be critical.
   * A part must, or one part could pass for another. `always` has whole lists of issuing authorities
   * do so too; choose `parts` where programs on NSS check lists, since NSS refuses the extension.
   * A root's whole list never does: OpenSSL would not find it for the root's own certificate, which
   * has no pointer to it.
   */
  readonly distributionPoint: 'always' | 'parts'
}

export const defaultCrlPolicy: CrlPolicy = {
  issuingLifetimeSeconds: 24 * 3600,
  rootLifetimeSeconds: 90 * 24 * 3600,
  renewAfterShare: 0.25,
  leastIntervalSeconds: 60,
  marginShare: 0.25,
  keep: 3,
  distributionPoint: 'always',
}

/** Both to the second. A list does not outlive the certificate that its signature rests on. */
export function timesOfNext(
  { kind, certificateDer }: Authority,
  now: Date,
  policy: CrlPolicy,
): { thisUpdate: Date; nextUpdate: Date } {
  const lifetimeSeconds =
    kind === 'root' ? policy.rootLifetimeSeconds : policy.issuingLifetimeSeconds
  const thisUpdate = Math.floor(now.getTime() / 1000) * 1000
  const end = parseCertificate(certificateDer).notAfter.getTime()
  const nextUpdate = Math.min(thisUpdate + lifetimeSeconds * 1000, end)
  return { thisUpdate: new Date(thisUpdate), nextUpdate: new Date(nextUpdate) }
}

/** Does the list of an authority name its own address? */
export function namesItsAddress(
  { kind, crlPartitions }: Authority,
  { distributionPoint }: CrlPolicy,
): boolean {
  return crlPartitions > 1 || (kind !== 'root' && distributionPoint === 'always')
}

/** Has enough of its lifetime passed that the next one should come? */
export function isDue(
  { thisUpdate, nextUpdate }: Pick<CrlRecord, 'thisUpdate' | 'nextUpdate'>,
  now: Date,
  { renewAfterShare }: CrlPolicy,
): boolean {
  return shareUsed({ thisUpdate, nextUpdate }, now) >= renewAfterShare
}

/** How much of a list's lifetime has passed: 0 when it begins, 1 when it ends. */
export function shareUsed(
  { thisUpdate, nextUpdate }: Pick<CrlRecord, 'thisUpdate' | 'nextUpdate'>,
  now: Date,
): number {
  const lifetimeMs = nextUpdate.getTime() - thisUpdate.getTime()
  return (now.getTime() - thisUpdate.getTime()) / lifetimeMs
}

/** Whether lists are to be had at `now`: a revoked or expired authority's would convince nobody. */
export function publishesLists({ state, certificateDer }: Authority, now: Date): boolean {
  return state !== 'revoked' && now < parseCertificate(certificateDer).notAfter
}
