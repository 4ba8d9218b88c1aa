import type { Queryable } from '../db/pool.ts'
import type { CardKind, KeySlot } from '../holders/card-kind.ts'
import type { SerialOf } from './certificate-store.ts'
import type { CertificateStatus } from './registered-certificate.ts'

/** A row of the registry with what administrators want to know beside it. */
export interface CertificateRecord extends SerialOf {
  readonly authoritySlug: string
  /** Null for what was prepared and never finished. */
  readonly der: Buffer | null
  /** SHA-256 of `der`. */
  readonly fingerprint: Buffer | null
  readonly subject: string
  readonly status: CertificateStatus
  readonly statusSince: Date
  /** RFC 5280 §5.3.1, for what is revoked or held. */
  readonly reason: string | null
  readonly revokedAt: Date | null
  readonly notBefore: Date
  readonly notAfter: Date
  readonly cardUuid: string | null
  readonly slot: KeySlot | null
  readonly cardKind: CardKind | null
  readonly holderId: string | null
  readonly holderName: string | null
  readonly terminalId: string | null
  readonly terminalName: string | null
  readonly service: string | null
}

/** Every field that is given has to fit. */
export interface CertificateFilter {
  readonly authoritySlug?: string
  /** Lower-case hexadecimal without leading zero octets. */
  readonly serialNumber?: string
  readonly fingerprint?: Buffer
  readonly cardUuid?: string
  readonly holderId?: string
  /** National number or tax code. */
  readonly holderNumber?: string
  readonly terminalId?: string
  readonly service?: string
  readonly status?: CertificateStatus
  /** The first instant at which it may end, and the last. */
  readonly endsFrom?: Date
  readonly endsUntil?: Date
}

export interface CertificatePage {
  readonly limit: number
  /** `registry`: the order of the primary key, which pages go by. */
  readonly order: 'newest-first' | 'soonest-end-first' | 'registry'
  /** For the order of the registry: what comes after this one. */
  readonly after?: SerialOf | null
}

/** The condition of each field, with `$` for its value. */
const conditions: Readonly<Record<keyof CertificateFilter, string>> = {
  authoritySlug: 'a.slug = $',
  serialNumber: 't.serial_number = $',
  fingerprint: 't.fingerprint = $',
  cardUuid: 't.card_uuid = $',
  holderId: 'c.holder_id = $',
  holderNumber: '(h.national_number = $ or h.tax_code = $)',
  terminalId: 't.terminal_id = $',
  service: 't.service = $',
  status: 't.status = $',
  endsFrom: 't.not_after >= $',
  endsUntil: 't.not_after <= $',
}

const orders: Readonly<Record<CertificatePage['order'], string>> = {
  'newest-first': 't.not_before desc, t.serial_number',
  'soonest-end-first': 't.not_after, t.serial_number',
  registry: 't.authority_id, t.serial_number',
}

interface SearchRow {
  authority_id: string
  serial_number: string
  slug: string
  der: Buffer | null
  fingerprint: Buffer | null
  subject: string
  status: CertificateStatus
  status_since: Date
  reason: string | null
  revoked_at: Date | null
  not_before: Date
  not_after: Date
  card_uuid: string | null
  slot: KeySlot | null
  kind: CardKind | null
  holder_id: string | null
  display_name: string | null
  terminal_id: string | null
  terminal_name: string | null
  service: string | null
}

const select = `select t.authority_id, t.serial_number, a.slug, t.der, t.fingerprint, t.subject,
    t.status, t.status_since, t.reason, t.revoked_at, t.not_before, t.not_after, t.card_uuid, t.slot,
    c.kind, c.holder_id, h.display_name, t.terminal_id, m.name as terminal_name, t.service
  from certificates t
    join authorities a on a.id = t.authority_id
    left join cards c on c.card_uuid = t.card_uuid
    left join holders h on h.id = c.holder_id
    left join terminals m on m.id = t.terminal_id`

export async function searchCertificates(
  db: Queryable,
  filter: CertificateFilter,
  { limit, order, after = null }: CertificatePage,
): Promise<CertificateRecord[]> {
  const values: unknown[] = [limit]
  const place = (value: unknown): string => `$${values.push(value)}`
  const given = (Object.keys(conditions) as (keyof CertificateFilter)[]).filter(
    (field) => filter[field] !== undefined,
  )
  const all = given.map((field) => conditions[field].replaceAll('$', place(filter[field])))
  if (after !== null) {
    const { authorityId, serialNumber } = after
    all.push(`(t.authority_id, t.serial_number) > (${place(authorityId)}, ${place(serialNumber)})`)
  }
  const where = all.length > 0 ? `where ${all.join(' and ')}` : ''
  const sql = `${select} ${where} order by ${orders[order]} limit $1`
  const { rows } = await db.query<SearchRow>(sql, values)
  return rows.map(toRecord)
}

function toRecord(row: SearchRow): CertificateRecord {
  return {
    authorityId: row.authority_id,
    serialNumber: row.serial_number,
    authoritySlug: row.slug,
    der: row.der,
    fingerprint: row.fingerprint,
    subject: row.subject,
    status: row.status,
    statusSince: row.status_since,
    reason: row.reason,
    revokedAt: row.revoked_at,
    notBefore: row.not_before,
    notAfter: row.not_after,
    cardUuid: row.card_uuid,
    slot: row.slot,
    cardKind: row.kind,
    holderId: row.holder_id,
    holderName: row.display_name,
    terminalId: row.terminal_id,
    terminalName: row.terminal_name,
    service: row.service,
  }
}
