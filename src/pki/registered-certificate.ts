import type { KeySlot } from '../holders/card-kind.ts'

/** A certificate as the registry holds it: what was issued, and whether it still counts. */
export interface RegisteredCertificate {
  readonly authorityId: string
  /** Lower-case hexadecimal without leading zero octets. */
  readonly serialNumber: string
  readonly der: Buffer
  /** SHA-256 of `der`. */
  readonly fingerprint: Buffer
  readonly subject: string
  /** What it was issued for: one of card (with `slot`), terminal and service; the others are null. */
  readonly cardUuid: string | null
  readonly slot: KeySlot | null
  readonly terminalId: string | null
  /** `ocsp` for the authority's own responder, else the DNS name of an inner server. */
  readonly service: string | null
  /** The part of the authority's revocation list that would name it. */
  readonly crlPartition: number
  /** SHA-256 of the SubjectPublicKeyInfo; null in what was registered before it was kept. */
  readonly keyFingerprint: Buffer | null
  readonly status: Exclude<CertificateStatus, 'prepared'>
  readonly statusSince: Date
  readonly notBefore: Date
  readonly notAfter: Date
  readonly revokedAt: Date | null
  /** Why the status is what it is, where somebody said. */
  readonly reason: string | null
}

/** Whom a certificate is issued for. */
export type CertificateBearer =
  | { readonly cardUuid: string; readonly slot: KeySlot }
  | { readonly terminalId: string }
  | { readonly service: string }

export const certificateStatuses = [
  'prepared',
  'active',
  'suspended',
  'revoked',
  'superseded',
] as const
export type CertificateStatus = (typeof certificateStatuses)[number]

/** A completed certificate as the stores read it, under the alias `t`. */
export interface CertificateRow {
  authority_id: string
  serial_number: string
  der: Buffer
  fingerprint: Buffer
  subject: string
  certificate_card_uuid: string | null
  slot: KeySlot | null
  terminal_id: string | null
  service: string | null
  crl_partition: number
  key_fingerprint: Buffer | null
  status: Exclude<CertificateStatus, 'prepared'>
  status_since: Date
  not_before: Date
  not_after: Date
  revoked_at: Date | null
  certificate_reason: string | null
}

export const certificateColumns = `t.authority_id, t.serial_number, t.der, t.fingerprint, t.subject,
  t.card_uuid as certificate_card_uuid, t.slot, t.terminal_id, t.service, t.crl_partition,
  t.key_fingerprint, t.status, t.status_since, t.not_before, t.not_after, t.revoked_at,
  t.reason as certificate_reason`

export function toRegisteredCertificate(row: CertificateRow): RegisteredCertificate {
  return {
    authorityId: row.authority_id,
    serialNumber: row.serial_number,
    der: row.der,
    fingerprint: row.fingerprint,
    subject: row.subject,
    cardUuid: row.certificate_card_uuid,
    slot: row.slot,
    terminalId: row.terminal_id,
    service: row.service,
    crlPartition: row.crl_partition,
    keyFingerprint: row.key_fingerprint,
    status: row.status,
    statusSince: row.status_since,
    notBefore: row.not_before,
    notAfter: row.not_after,
    revokedAt: row.revoked_at,
    reason: row.certificate_reason,
  }
}
