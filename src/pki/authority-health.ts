import type { Finding } from '../health.ts'
import { authorityKinds, type Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import { loadSoundAnchors } from './trust-anchors.ts'

/** How long before its end an authority is told to be near it. */
export interface AuthorityWarnings {
  /** Of one that issues for cards or terminals. */
  readonly issuingDays: number
  /** Of a root: everything below it has to be made anew. */
  readonly rootDays: number
}

export const defaultAuthorityWarnings: AuthorityWarnings = { issuingDays: 90, rootDays: 365 }

const dayMs = 86_400_000

/**
 * How the authorities are at `now`: one finding for each, and one for each kind that nobody issues
 * for. An authority that should issue and cannot is red; one near its end, or missing, is amber.
 */
export function judgeAuthorities(
  authorities: readonly Authority[],
  now: Date,
  warnings: AuthorityWarnings = defaultAuthorityWarnings,
): Finding[] {
  const { faults } = loadSoundAnchors(authorities)
  const unsound = new Map(faults.map(({ authorityId, fault }) => [authorityId, fault]))
  const found = authorities.map((authority) => {
    const fault = unsound.get(authority.id)
    if (fault !== undefined) return unsoundFinding(authority, fault)
    return judge(authority, now, warnings)
  })
  return [...found, ...missing(authorities)]
}

function judge(authority: Authority, now: Date, warnings: AuthorityWarnings): Finding {
  const { notBefore, notAfter } = parseCertificate(authority.certificateDer)
  const { slug, kind, state } = authority
  const subject = subjectOf(authority)
  const end = notAfter.toISOString()
  const until = `until ${end}`
  if (state !== 'issuing') {
    const message = now > notAfter ? `${state}, ended` : `${state}, ${until}`
    const facts = { slug, state, end }
    return { level: 'green', subject, message, advice: null, code: 'authority.idle', facts }
  }
  if (now < notBefore) {
    const from = notBefore.toISOString()
    const message = `is not valid before ${from}`
    const advice = 'set the clock of this machine right'
    const facts = { slug, from }
    return { level: 'red', subject, message, advice, code: 'authority.not-yet', facts }
  }
  const advice = successorAdvice(authority)
  if (now > notAfter) {
    const message = `has ended at ${end}: it can issue nothing`
    const facts = { slug, kind, end }
    return { level: 'red', subject, message, advice, code: 'authority.ended', facts }
  }
  const days = Math.floor((notAfter.getTime() - now.getTime()) / dayMs)
  const facts = { slug, kind, end, days }
  const isNear = days < (kind === 'root' ? warnings.rootDays : warnings.issuingDays)
  if (!isNear) {
    const message = `issues ${until}`
    return { level: 'green', subject, message, advice: null, code: 'authority.issues', facts }
  }
  const message = `ends in ${days} days, at ${end}`
  return { level: 'amber', subject, message, advice, code: 'authority.near-end', facts }
}

function unsoundFinding(authority: Authority, fault: string): Finding {
  const message = `cannot be trusted (${fault}): its certificates are refused`
  const advice = 'restore the table of authorities from a backup'
  const facts = { slug: authority.slug, fault }
  const subject = subjectOf(authority)
  return { level: 'red', subject, message, advice, code: 'authority.unsound', facts }
}

function missing(authorities: readonly Authority[]): Finding[] {
  return authorityKinds
    .filter((kind) => !authorities.some((row) => row.kind === kind && row.state === 'issuing'))
    .map((kind) => {
      const message = `nobody issues for ${kind}`
      const advice = 'hold the key ceremony: ecard ca init'
      const subject = `authority ${kind}`
      const facts = { kind }
      return { level: 'amber', subject, message, advice, code: 'authority.missing', facts }
    })
}

function subjectOf({ slug }: Authority): string {
  return `authority ${slug}`
}

function successorAdvice({ kind }: Authority): string {
  return kind === 'root'
    ? 'hold a new key ceremony before it ends: everything below it ends with it'
    : `make its successor: ecard ca rollover --kind ${kind}`
}
