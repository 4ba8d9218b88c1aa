import { AuthorityUnavailable, type Authority } from './authority.ts'
import { CertificateRequestRefused } from './certificate-request.ts'
import type { Certificate } from './certificate.ts'

const dayMs = 86_400_000
/** Clocks of terminals and of other nodes may run behind ours. */
const backdatedMs = 5 * 60_000

export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A new root's own: nothing above it cuts it short. */
export function rootValidity(validityDays: number, now: Date): Validity {
  const notBefore = wholeSecond(now.getTime() - backdatedMs)
  return { notBefore, notAfter: endAfter(notBefore, validityDays) }
}

/**
 * From a few minutes ago for `validityDays`, within the issuer's validity and never beyond
 * `notAfter`, which is the card's own end.
 *
 * @throws AuthorityUnavailable when the issuer itself is not valid at `now`
 * @throws CertificateRequestRefused `notAfter` when it has passed
 */
export function validityWithin(
  issuer: Certificate,
  authority: Authority,
  limits: { validityDays: number; notAfter: Date | null; now: Date },
): Validity {
  const { now, validityDays } = limits
  if (now < issuer.notBefore || now > issuer.notAfter) {
    const message = `authority ${authority.name} is not valid now: make its successor`
    throw new AuthorityUnavailable(message, { authorityId: authority.id })
  }
  const { notBefore } = rootValidity(validityDays, now)
  const ends = [
    endAfter(notBefore, validityDays),
    issuer.notAfter,
    limits.notAfter ?? issuer.notAfter,
  ]
  const notAfter = wholeSecond(Math.min(...ends.map((end) => end.getTime())))
  if (notAfter <= now) throw new CertificateRequestRefused('notAfter', 'must be in the future')
  return { notBefore: notBefore < issuer.notBefore ? issuer.notBefore : notBefore, notAfter }
}

/** The last second belongs to the validity (RFC 5280 §4.1.2.5). */
function endAfter(start: Date, days: number): Date {
  return new Date(start.getTime() + days * dayMs - 1000)
}

/** Certificates count in seconds; a part of one would be cut off unseen. */
function wholeSecond(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000)
}
