import type { Queryable } from '../db/pool.ts'
import type { CertificateStatus } from './registered-certificate.ts'
import type { OcspStatus } from './ocsp-response.ts'
import type { StatusReason } from './revocation-reasons.ts'

/** What the registry says now about certificates of one authority. */
export interface StatusReading {
  /** null while the authority stands; else everything that it ever certified is revoked. */
  readonly authorityRevoked: Extract<OcspStatus, { state: 'revoked' }> | null
  /** By serial number; a serial that was never issued is not in it. */
  readonly bySerial: ReadonlyMap<string, OcspStatus>
}

interface StatusRow {
  authority_revoked_at: Date | null
  authority_reason: StatusReason | null
  serial_number: string | null
  status: CertificateStatus | null
  status_since: Date | null
  revoked_at: Date | null
  reason: StatusReason | null
}

/**
 * One statement, by the primary keys, prepared once per connection: it runs for every answer that
 * is signed.
 *
 * @returns null when there is no such authority
 */
export async function readStatuses(
  db: Queryable,
  authorityId: string,
  serialNumbers: readonly string[],
): Promise<StatusReading | null> {
  const { rows } = await db.query<StatusRow>(
    `select a.revoked_at as authority_revoked_at, a.revocation_reason as authority_reason,
       t.serial_number, t.status, t.status_since, t.revoked_at, t.reason
     from authorities a
     left join certificates t on t.authority_id = a.id and t.serial_number = any ($2::text[])
     where a.id = $1`,
    [authorityId, serialNumbers],
    { name: 'ocsp-statuses' },
  )
  const [first] = rows
  if (first === undefined) return null
  const issued = rows.flatMap((row) => {
    const status = statusOf(row)
    return row.serial_number === null || status === null
      ? []
      : [[row.serial_number, status] as const]
  })
  return { authorityRevoked: authorityStatus(first), bySerial: new Map(issued) }
}

/** The same for an authority's own certificate, of which its row tells. */
export async function readAuthorityStatus(
  db: Queryable,
  authorityId: string,
): Promise<OcspStatus | null> {
  const { rows } = await db.query<{ revoked_at: Date | null; revocation_reason: StatusReason }>(
    'select revoked_at, revocation_reason from authorities where id = $1',
    [authorityId],
  )
  const [row] = rows
  if (row === undefined) return null
  if (row.revoked_at === null) return { state: 'good' }
  return { state: 'revoked', at: row.revoked_at, reason: row.revocation_reason }
}

/** null for a serial that was only prepared: nobody holds such a certificate yet. */
function statusOf({ status, status_since, revoked_at, reason }: StatusRow): OcspStatus | null {
  switch (status) {
    case null:
    case 'prepared':
      return null
    // What was superseded has a successor, and is still what it says.
    case 'active':
    case 'superseded':
      return { state: 'good' }
    case 'suspended':
      return { state: 'revoked', at: existing(status_since), reason: 'certificateHold' }
    case 'revoked':
      return { state: 'revoked', at: existing(revoked_at), reason: existing(reason) }
  }
}

/** RFC 6960 §2.7: whoever had the key of the authority could have made any of its certificates. */
function authorityStatus(row: StatusRow): StatusReading['authorityRevoked'] {
  const { authority_revoked_at: at, authority_reason: reason } = row
  if (at === null) return null
  const isCompromised = reason === 'keyCompromise' || reason === 'cACompromise'
  return { state: 'revoked', at, reason: isCompromised ? 'cACompromise' : existing(reason) }
}

/** The table's constraints promise it; an answer is not the place to guess. */
function existing<T>(value: T | null): T {
  if (value === null) throw new Error('a revoked row without time or reason')
  return value
}
