import type { CardKind, KeySlot } from '../holders/card-kind.ts'
import type { Holder } from '../holders/holder.ts'
import { CertificateRequestRefused } from './certificate-request.ts'
import { issueCertificate, type IssuanceDeps } from './issuance.ts'
import type { PossessionProof } from './possession.ts'
import type { RegisteredCertificate } from './registered-certificate.ts'
import type { CertificateSubject } from './subject-name.ts'

export type CardPossessionProof = Exclude<PossessionProof, { kind: 'terminal-enrolment' }>

export interface CardCertificateRequest {
  /** The card must be registered: the registry refuses certificates of unknown cards. */
  readonly cardUuid: string
  readonly kind: CardKind
  readonly slot: KeySlot
  /** The end of the card; its certificates never outlive it. */
  readonly expiresAt: Date
  readonly holder: Holder
  /** The names of the holder's agencies, province first; empty where there are none. */
  readonly agencyPath: readonly string[]
  /** Made on the card: SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** That the card holds the private key: see `possessionBytes`. */
  readonly possession: CardPossessionProof
  /** Supersedes a certificate that the slot has already; without it that is a `Duplicate`. */
  readonly replace?: boolean
  /** Who asked: a holder id or the name of a program. */
  readonly actor: string | null
}

/**
 * Certifies the key in one slot of a card. When it returns, the certificate is in the registry as
 * `active`; whether the card may be used is for the card's own state to say.
 *
 * @throws CertificateRequestRefused, AuthorityUnavailable, KeystoreUnavailable, Duplicate: as
 *   `issueCertificate`; `slot` and `holder` are refused when no profile fits them
 */
export async function issueCardCertificate(
  deps: IssuanceDeps,
  request: CardCertificateRequest,
): Promise<RegisteredCertificate> {
  const { cardUuid, kind, slot, holder } = request
  const profile = deps.profiles.card(kind, slot)
  if (!profile) throw new CertificateRequestRefused('slot', `${slot} has no profile for ${kind}`)
  if (profile.subject !== holder.type) {
    throw new CertificateRequestRefused('holder', `must be a ${profile.subject} for ${kind}`)
  }
  return issueCertificate(deps, {
    profile,
    authorityId: null,
    subject: subjectOf(holder, request.agencyPath),
    publicKey: request.publicKey,
    possession: request.possession,
    notAfter: request.expiresAt,
    for: { cardUuid, slot },
    replaces: request.replace ? await current(deps, request) : null,
    actor: request.actor,
  })
}

function subjectOf(holder: Holder, agencyPath: readonly string[]): CertificateSubject {
  return holder.type === 'person' ? { ...holder, agencyPath } : holder
}

async function current(
  deps: IssuanceDeps,
  { cardUuid, slot }: CardCertificateRequest,
): Promise<RegisteredCertificate | null> {
  const certificates = await deps.certificates.listByCard(cardUuid)
  return certificates.find((found) => found.slot === slot && isInUse(found)) ?? null
}

/** What the registry counts as the one of its slot; a suspended one can come back. */
export function isInUse({ status }: RegisteredCertificate): boolean {
  return status === 'active' || status === 'suspended'
}
