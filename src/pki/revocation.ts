import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import { AppError, NotFound } from '../errors.ts'
import { createAuthorityStore } from './authority-store.ts'
import type { Authority } from './authority.ts'
import type { SerialOf } from './certificate-store.ts'
import type { RegisteredCertificate } from './registered-certificate.ts'
import { audited, type AuditedDeps } from './revocation-audit.ts'
import {
  mayGiveReason,
  mayReleaseHold,
  type RevocationReason,
  type RevocationRole,
  type StatusReason,
} from './revocation-reasons.ts'
import {
  changeStatus,
  holdOfCard,
  releaseOfCard,
  revocableStatuses,
  revokeAuthorityRow,
  revokeOfCard,
  revokeOfHolder,
  type StatusChange,
} from './revocation-store.ts'

export {
  reasonCodes,
  revocationReasons,
  revocationRoles,
  type RevocationReason,
  type RevocationRole,
  type StatusReason,
} from './revocation-reasons.ts'

export interface RevocationDeps extends AuditedDeps {
  readonly clock: Clock
}

export interface HoldRequest {
  readonly certificate: SerialOf
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  /** In what capacity; the reasons that they may give hang on it. */
  readonly role: RevocationRole
  /** Why, as the person who asks puts it; it is kept in the audit. */
  readonly note?: string | null
}

export interface RevocationRequest extends HoldRequest {
  readonly reason: RevocationReason
}

export interface AuthorityRevocationRequest {
  readonly authorityId: string
  readonly reason: RevocationReason
  readonly actor: string
  readonly note?: string | null
}

/** Not for whom asked, or not of what they asked it; `facts.problem` says which. */
export class RevocationRefused extends AppError {
  readonly code = 'REVOCATION_REFUSED'
}

/**
 * Ends a certificate for good. From the commit on no sign-in passes with it, on any node; OCSP and
 * the next list say so to everybody else.
 *
 * 1. The intent is in the audit.
 * 2. One transaction changes the row, tells listeners and writes the outcome.
 *
 * A crash between the two leaves the certificate as it was, and an intent without an outcome.
 *
 * @throws RevocationRefused `reason-not-for-role`
 * @throws NotFound
 * @throws CertificateTransitionRefused when it is revoked already
 */
export function revokeCertificate(
  deps: RevocationDeps,
  request: RevocationRequest,
): Promise<RegisteredCertificate> {
  const { reason, role } = request
  return changeCertificate(deps, request, {
    ...{ event: 'certificate.revoked', isAllowed: mayGiveReason(role, reason) },
    ...{ from: revocableStatuses, to: 'revoked', reason },
  })
}

/**
 * Stops a certificate until somebody releases or revokes it (`certificateHold`).
 *
 * @throws RevocationRefused, NotFound
 * @throws CertificateTransitionRefused unless it is active
 */
export function holdCertificate(
  deps: RevocationDeps,
  request: HoldRequest,
): Promise<RegisteredCertificate> {
  const reason = 'certificateHold'
  return changeCertificate(deps, request, {
    ...{ event: 'certificate.held', isAllowed: mayGiveReason(request.role, reason) },
    ...{ from: ['active'], to: 'suspended', reason },
  })
}

/**
 * Lets a held certificate count again.
 *
 * @throws RevocationRefused, NotFound
 * @throws CertificateTransitionRefused unless it is held: what was revoked stays so
 */
export function releaseCertificate(
  deps: RevocationDeps,
  request: HoldRequest,
): Promise<RegisteredCertificate> {
  return changeCertificate(deps, request, {
    ...{ event: 'certificate.released', isAllowed: mayReleaseHold(request.role) },
    ...{ from: ['suspended'], to: 'active', reason: null },
  })
}

interface CertificateStep extends Omit<StatusChange, 'at'> {
  readonly event: `certificate.${string}`
  readonly isAllowed: boolean
}

function changeCertificate(
  deps: RevocationDeps,
  { certificate, actor, role, note }: HoldRequest,
  { event, isAllowed, from, to, reason }: CertificateStep,
): Promise<RegisteredCertificate> {
  const at = deps.clock.now()
  const facts = { ...certificate, role, to, ...(reason !== null && { revocationReason: reason }) }
  return audited(deps, { at, event, actor, reason: note ?? null, facts }, async (tx) => {
    if (!isAllowed) throw notForRole(role, reason)
    const changed = await changeStatus(tx, certificate, { from, to, reason, at })
    const { cardUuid, terminalId } = changed
    return { result: changed, about: { cardUuid, terminalId } }
  })
}

function notForRole(role: RevocationRole, reason: StatusReason | null): RevocationRefused {
  const wish = reason === null ? 'end a hold' : `give ${reason} as the reason`
  return new RevocationRefused(`a ${role} may not ${wish}`, {
    ...{ problem: 'reason-not-for-role', role, reason },
  })
}

/**
 * Ends an issuing authority: it vouches for nobody from the commit on. Sign-ins with its
 * certificates are refused at once, whatever their own rows say; nodes drop it from their anchors
 * and end the sessions of its cards as they hear of it; its issuer's next list has it. For its own
 * certificates there are no lists any more: nobody should believe what its key signs.
 *
 * @throws RevocationRefused `authority-is-root` (nobody above could say so), `revoked-already`
 * @throws NotFound
 */
export function revokeAuthority(
  deps: RevocationDeps,
  { authorityId, reason, actor, note }: AuthorityRevocationRequest,
): Promise<Authority> {
  const at = deps.clock.now()
  const facts = { authorityId, revocationReason: reason }
  const event = 'authority.revoked'
  return audited(deps, { at, event, actor, reason: note ?? null, facts }, async (tx) => {
    const isRevoked = await revokeAuthorityRow(tx, authorityId, { reason, at })
    const authority = await createAuthorityStore(tx).findAuthority(authorityId)
    if (authority === null) throw new NotFound('no such authority', { authorityId })
    if (!isRevoked) throw notRevocable(authority)
    return { result: authority }
  })
}

function notRevocable({ id, name, issuerId }: Authority): RevocationRefused {
  const [problem, message] =
    issuerId === null
      ? ['authority-is-root', `${name} is a root: nobody above it could say that it is revoked`]
      : ['revoked-already', `${name} is revoked already`]
  return new RevocationRefused(message, { problem, authorityId: id })
}

export type CardCertificatesEnd = { readonly cardUuid: string; readonly at: Date } & (
  | { readonly reason: StatusReason }
  /** Ends the holds that began at `heldAt`, when the card was suspended. */
  | { readonly reason: 'released'; readonly heldAt: Date }
)

/**
 * What the change of a card means for its certificates, within the transaction of that change,
 * which also audits it.
 *
 * @returns how many certificates changed
 */
export function endCardCertificates(tx: Queryable, end: CardCertificatesEnd): Promise<number> {
  const { cardUuid, reason, at } = end
  if (reason === 'released') return releaseOfCard(tx, cardUuid, { heldAt: end.heldAt, at })
  if (reason === 'certificateHold') return holdOfCard(tx, cardUuid, at)
  return revokeOfCard(tx, cardUuid, { reason, at })
}

/** The same for a holder who has left, whatever their cards' states are. */
export function endHolderCertificates(
  tx: Queryable,
  { holderId, reason, at }: { holderId: string; reason: RevocationReason; at: Date },
): Promise<number> {
  return revokeOfHolder(tx, holderId, { reason, at })
}
