import type { Queryable } from '../db/pool.ts'
import type { KeySlot } from '../holders/card-kind.ts'
import type { SerialOf } from './certificate-store.ts'
import type { CertificateBearer, CertificateStatus } from './registered-certificate.ts'

/** One certificate, or intent of one, that has the key. */
export interface KeyUse {
  readonly authorityId: string
  readonly bearer: CertificateBearer
  readonly status: CertificateStatus
  /** False for what was prepared and never finished, settled or not. */
  readonly wasSigned: boolean
}

export interface PreparedSettlement {
  readonly at: Date
  /** Those prepared before this instant, or one by its serial. */
  readonly which: { readonly before: Date } | SerialOf
  readonly limit: number
}

export interface SettledCertificate extends SerialOf {
  readonly bearer: CertificateBearer
  readonly preparedAt: Date
}

interface BearerRow {
  authority_id: string
  card_uuid: string | null
  slot: KeySlot | null
  terminal_id: string | null
  service: string | null
}

function toBearer(row: BearerRow): CertificateBearer {
  if (row.card_uuid !== null && row.slot !== null)
    return { cardUuid: row.card_uuid, slot: row.slot }
  if (row.terminal_id !== null) return { terminalId: row.terminal_id }
  return { service: row.service ?? '' }
}

interface KeyUseRow extends BearerRow {
  status: CertificateStatus
  was_signed: boolean
}

/** In two halves, because each has an index of its own. */
export async function listKeyUses(db: Queryable, keyFingerprint: Buffer): Promise<KeyUse[]> {
  const half = `select authority_id, card_uuid, slot, terminal_id, service, status,
    der is not null as was_signed from certificates where key_fingerprint = $1`
  const { rows } = await db.query<KeyUseRow>(
    `${half} and not renews_key union all ${half} and renews_key`,
    [keyFingerprint],
    { name: 'certificate-key-uses' },
  )
  return rows.map((row) => ({
    authorityId: row.authority_id,
    bearer: toBearer(row),
    status: row.status,
    wasSigned: row.was_signed,
  }))
}

interface SettledRow extends BearerRow {
  serial_number: string
  prepared_at: Date
}

export async function settlePrepared(
  db: Queryable,
  { at, which, limit }: PreparedSettlement,
): Promise<SettledCertificate[]> {
  const [condition, values] =
    'before' in which
      ? ['status_since < $3', [which.before]]
      : ['authority_id = $3 and serial_number = $4', [which.authorityId, which.serialNumber]]
  const { rows } = await db.query<SettledRow>(
    `with old as (
       select authority_id, serial_number, status_since from certificates
       where status = 'prepared' and ${condition}
       order by status_since limit $2 for update skip locked)
     update certificates t set status = 'revoked', status_since = $1, revoked_at = $1,
       reason = 'cessationOfOperation'
     from old where (t.authority_id, t.serial_number) = (old.authority_id, old.serial_number)
     returning t.authority_id, t.serial_number, t.card_uuid, t.slot, t.terminal_id, t.service,
       old.status_since as prepared_at`,
    [at, limit, ...values],
  )
  return rows.map((row) => ({
    authorityId: row.authority_id,
    serialNumber: row.serial_number,
    bearer: toBearer(row),
    preparedAt: row.prepared_at,
  }))
}
