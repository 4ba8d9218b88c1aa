import type { Queryable } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { CertificateTransitionRefused, type SerialOf } from './certificate-store.ts'
import {
  certificateColumns,
  toRegisteredCertificate,
  type CertificateRow,
  type CertificateStatus,
  type RegisteredCertificate,
} from './registered-certificate.ts'
import type { RevocationReason, StatusReason } from './revocation-reasons.ts'

/**
 * How the status of certificates changes besides being issued. Every function is one statement;
 * listeners on `ecard_standing` and `ecard_certificates` are told when it commits.
 */
export interface StatusChange {
  readonly from: readonly CertificateStatus[]
  readonly to: 'active' | 'suspended' | 'revoked'
  /** Null for `active`. */
  readonly reason: StatusReason | null
  readonly at: Date
}

/** What may still be believed by somebody, so that its end has to be told. */
export const revocableStatuses = ['active', 'suspended', 'superseded'] as const

/**
 * @throws NotFound also for one that was prepared and never completed
 * @throws CertificateTransitionRefused when it is not in one of `from`
 */
export async function changeStatus(
  db: Queryable,
  { authorityId, serialNumber }: SerialOf,
  { from, to, reason, at }: StatusChange,
): Promise<RegisteredCertificate> {
  const { rows } = await db.query<CertificateRow>(
    `update certificates t set status = $3, reason = $4, status_since = $5,
       revoked_at = case when $3::text = 'revoked' then $5::timestamptz end
     where t.authority_id = $1 and t.serial_number = $2 and t.status = any ($6)
     returning ${certificateColumns}`,
    [authorityId, serialNumber, to, reason, at, from],
  )
  if (rows[0] !== undefined) return toRegisteredCertificate(rows[0])
  const status = await statusOf(db, { authorityId, serialNumber })
  const facts = { serialNumber, from: status, to }
  if (status === null) throw new NotFound('no such certificate', { serialNumber })
  throw new CertificateTransitionRefused(`a certificate that is ${status} cannot be ${to}`, facts)
}

async function statusOf(
  db: Queryable,
  { authorityId, serialNumber }: SerialOf,
): Promise<string | null> {
  const { rows } = await db.query<{ status: string }>(
    `select status from certificates
     where authority_id = $1 and serial_number = $2 and status <> 'prepared'`,
    [authorityId, serialNumber],
  )
  return rows[0]?.status ?? null
}

/**
 * Revokes all that a card has, was about to have (a certificate that is being issued is not handed
 * out), or had before: a superseded one is still good to who has not heard of its successor.
 *
 * @returns how many
 */
export function revokeOfCard(
  db: Queryable,
  cardUuid: string,
  { reason, at }: { readonly reason: RevocationReason; readonly at: Date },
): Promise<number> {
  return changed(
    db,
    `update certificates set status = 'revoked', reason = $2, status_since = $3, revoked_at = $3
     where card_uuid = $1 and status <> 'revoked'`,
    [cardUuid, reason, at],
  )
}

/** The same for all cards of a holder. */
export function revokeOfHolder(
  db: Queryable,
  holderId: string,
  { reason, at }: { readonly reason: RevocationReason; readonly at: Date },
): Promise<number> {
  return changed(
    db,
    `update certificates set status = 'revoked', reason = $2, status_since = $3, revoked_at = $3
     where card_uuid in (select card_uuid from cards where holder_id = $1) and status <> 'revoked'`,
    [holderId, reason, at],
  )
}

/** @returns how many; those that are held already stay held since they were */
export function holdOfCard(db: Queryable, cardUuid: string, at: Date): Promise<number> {
  return changed(
    db,
    `update certificates set status = 'suspended', reason = 'certificateHold', status_since = $2
     where card_uuid = $1 and status = 'active'`,
    [cardUuid, at],
  )
}

/**
 * Ends the holds that began with the card's own suspension. One that somebody put on a single
 * certificate is theirs to end.
 *
 * @param times.heldAt - when the card was suspended
 */
export function releaseOfCard(
  db: Queryable,
  cardUuid: string,
  { heldAt, at }: { readonly heldAt: Date; readonly at: Date },
): Promise<number> {
  return changed(
    db,
    `update certificates set status = 'active', reason = null, status_since = $3
     where card_uuid = $1 and status = 'suspended' and status_since = $2`,
    [cardUuid, heldAt, at],
  )
}

async function changed(db: Queryable, sql: string, values: readonly unknown[]): Promise<number> {
  return (await db.query(sql, values)).rowCount
}

/**
 * From its commit on the authority vouches for nobody. Listeners on `ecard_authorities` are told,
 * and those on `ecard_standing` of the authority instead of each of its cards.
 *
 * @returns false when there is none, it is a root, or it was revoked before
 */
export async function revokeAuthorityRow(
  db: Queryable,
  authorityId: string,
  { reason, at }: { readonly reason: RevocationReason; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with revoked as (
       update authorities set state = 'revoked', revoked_at = $3, revocation_reason = $2
       where id = $1 and state <> 'revoked' and issuer_id is not null
       returning id)
     select tell_standing('authority', id) from revoked`,
    [authorityId, reason, at],
  )
  return rowCount > 0
}
