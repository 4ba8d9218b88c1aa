import { violatedConstraintOf } from '../db/database-error.ts'
import type { Queryable } from '../db/pool.ts'
import { AppError, NotFound } from '../errors.ts'
import { createAuthorityStore, type AuthorityStore } from './authority-store.ts'
import { AuthorityUnavailable } from './authority.ts'
import {
  listKeyUses,
  settlePrepared,
  type KeyUse,
  type PreparedSettlement,
  type SettledCertificate,
} from './prepared-certificate-store.ts'
import {
  certificateColumns,
  toRegisteredCertificate,
  type CertificateBearer,
  type CertificateRow,
  type CertificateStatus,
  type RegisteredCertificate,
} from './registered-certificate.ts'

export type { KeyUse, SettledCertificate } from './prepared-certificate-store.ts'

export interface CertificateStore extends AuthorityStore {
  /**
   * Writes the row of a certificate that is about to be signed, as `prepared`.
   *
   * @throws Duplicate when the authority used the serial number before, or when the key belongs to
   *   somebody (`facts.constraint` `certificates_key_once`)
   * @throws AuthorityUnavailable when the authority is not there, or was revoked
   */
  prepareCertificate(prepared: PreparedCertificate, at: Date): Promise<void>
  /**
   * Completes a prepared row with what was signed: from here on it is `active`.
   *
   * @throws Duplicate when card and slot, or terminal, or service have one in use already
   * @throws CertificateTransitionRefused when the row is not there, was completed before or settled
   */
  completeCertificate(serial: SerialOf, der: Buffer, at: Date): Promise<RegisteredCertificate>
  /** What the registry knows of a key, by the SHA-256 of its SubjectPublicKeyInfo. */
  listKeyUses(keyFingerprint: Buffer): Promise<KeyUse[]>
  /**
   * Settles what was prepared and never finished: it becomes revoked (cessationOfOperation), so
   * that lists and OCSP say so should a signature exist after all. One that is being settled by
   * another node is left to it.
   *
   * @returns at most `limit`, those prepared first
   */
  settlePrepared(settling: PreparedSettlement): Promise<SettledCertificate[]>
  /** Both steps at once, for a certificate that was signed elsewhere. */
  insertCertificate(
    prepared: PreparedCertificate,
    der: Buffer,
    at: Date,
  ): Promise<RegisteredCertificate>
  /**
   * Every listener on `ecard_standing` is told when this commits.
   *
   * @throws NotFound
   * @throws CertificateTransitionRefused for a step back, for example out of `revoked`
   */
  setStatus(serial: SerialOf, change: CertificateStatusChange): Promise<RegisteredCertificate>
  /** Null also for one that was prepared and never completed, as there is none to show. */
  findBySerial(authorityId: string, serialNumber: string): Promise<RegisteredCertificate | null>
  /** Newest first, without those that were never completed. */
  listByCard(cardUuid: string): Promise<RegisteredCertificate[]>
  listByTerminal(terminalId: string): Promise<RegisteredCertificate[]>
  /** The one in use for a service of the authority: `ocsp`, or a server's DNS name. */
  findByService(authorityId: string, service: string): Promise<RegisteredCertificate | null>
}

/** Names one certificate of one authority (RFC 5280 §4.1.2.2). */
export interface SerialOf {
  readonly authorityId: string
  /** Lower-case hexadecimal without leading zero octets. */
  readonly serialNumber: string
}

export interface PreparedCertificate extends SerialOf {
  readonly for: CertificateBearer
  /** The subject name in RFC 4514 form. */
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** The part of the authority's revocation list that would name it. Default 0. */
  readonly crlPartition?: number
  /** Default null: for certificates that were signed elsewhere, and tests. */
  readonly keyFingerprint?: Buffer | null
  /** The bearer had a certificate for this very key before. Default false. */
  readonly renewsKey?: boolean
}

export interface CertificateStatusChange {
  readonly status: Exclude<CertificateStatus, 'prepared'>
  /** For `revoked` also the moment of revocation. */
  readonly at: Date
  readonly reason: string | null
}

/** The status that the certificate has does not lead to the one asked for. */
export class CertificateTransitionRefused extends AppError {
  readonly code = 'CERTIFICATE_TRANSITION_REFUSED'
}

export function createCertificateStore(db: Queryable): CertificateStore {
  return {
    ...createAuthorityStore(db),
    prepareCertificate: (prepared, at) => insert(db, prepared, { der: null, at }),
    completeCertificate: (serial, der, at) => complete(db, serial, { der, at }),
    listKeyUses: (keyFingerprint) => listKeyUses(db, keyFingerprint),
    settlePrepared: (settling) => settlePrepared(db, settling),
    insertCertificate: async (prepared, der, at) => {
      await insert(db, prepared, { der, at })
      return existing(await findBySerial(db, prepared), prepared)
    },
    setStatus: (serial, change) => setStatus(db, serial, change),
    findBySerial: (authorityId, serialNumber) => findBySerial(db, { authorityId, serialNumber }),
    listByCard: (cardUuid) => listBy(db, 'card_uuid', cardUuid),
    listByTerminal: (terminalId) => listBy(db, 'terminal_id', terminalId),
    findByService: (authorityId, service) => findByService(db, authorityId, service),
  }
}

async function insert(
  db: Queryable,
  prepared: PreparedCertificate,
  { der, at }: { der: Buffer | null; at: Date },
): Promise<void> {
  const { authorityId, serialNumber, subject, notBefore, notAfter } = prepared
  const forCard = 'cardUuid' in prepared.for ? prepared.for : null
  const forTerminal = 'terminalId' in prepared.for ? prepared.for : null
  const forService = 'service' in prepared.for ? prepared.for : null
  const { rowCount } = await db.query(
    `insert into certificates (authority_id, serial_number, card_uuid, slot, terminal_id, service,
       subject, not_before, not_after, status, status_since, der, crl_partition, key_fingerprint,
       renews_key)
     select a.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
     from authorities a where a.id = $1 and a.state <> 'revoked'`,
    [
      authorityId,
      serialNumber,
      forCard?.cardUuid ?? null,
      forCard?.slot ?? null,
      forTerminal?.terminalId ?? null,
      forService?.service ?? null,
      subject,
      notBefore,
      notAfter,
      der === null ? 'prepared' : 'active',
      at,
      der,
      prepared.crlPartition ?? 0,
      prepared.keyFingerprint ?? null,
      prepared.renewsKey ?? false,
    ],
    { name: 'certificate-insert' },
  )
  if (rowCount === 0) {
    throw new AuthorityUnavailable('the authority may issue nothing more', { authorityId })
  }
}

async function complete(
  db: Queryable,
  { authorityId, serialNumber }: SerialOf,
  { der, at }: { der: Buffer; at: Date },
): Promise<RegisteredCertificate> {
  const { rows } = await db.query<CertificateRow>(
    `update certificates t set status = 'active', status_since = $3, der = $4
     where t.authority_id = $1 and t.serial_number = $2 and t.status = 'prepared'
     returning ${certificateColumns}`,
    [authorityId, serialNumber, at, der],
    { name: 'certificate-complete' },
  )
  if (rows[0] === undefined)
    throw new CertificateTransitionRefused('no such prepared certificate', { serialNumber })
  return toRegisteredCertificate(rows[0])
}

async function setStatus(
  db: Queryable,
  serial: SerialOf,
  { status, at, reason }: CertificateStatusChange,
): Promise<RegisteredCertificate> {
  const { authorityId, serialNumber } = serial
  try {
    const { rows } = await db.query<CertificateRow>(
      `update certificates t set status = $3, reason = $5,
         status_since = case when t.status = $3 then t.status_since else $4 end,
         revoked_at = case when $3 = 'revoked' then coalesce(t.revoked_at, $4) end
       where t.authority_id = $1 and t.serial_number = $2 and t.status <> 'prepared'
       returning ${certificateColumns}`,
      [authorityId, serialNumber, status, at, reason],
    )
    return existing(rows[0] === undefined ? null : toRegisteredCertificate(rows[0]), serial)
  } catch (error) {
    if (violatedConstraintOf(error) !== 'certificates_follow_transitions') throw error
    throw new CertificateTransitionRefused(
      `certificate cannot become ${status}`,
      { serialNumber, to: status },
      error,
    )
  }
}

function existing(found: RegisteredCertificate | null, serial: SerialOf): RegisteredCertificate {
  if (found === null)
    throw new NotFound('no such certificate', { serialNumber: serial.serialNumber })
  return found
}

async function findBySerial(
  db: Queryable,
  { authorityId, serialNumber }: SerialOf,
): Promise<RegisteredCertificate | null> {
  const { rows } = await db.query<CertificateRow>(
    `select ${certificateColumns} from certificates t
     where t.authority_id = $1 and t.serial_number = $2 and t.der is not null`,
    [authorityId, serialNumber],
  )
  return rows[0] === undefined ? null : toRegisteredCertificate(rows[0])
}

async function listBy(
  db: Queryable,
  column: 'card_uuid' | 'terminal_id',
  id: string,
): Promise<RegisteredCertificate[]> {
  const { rows } = await db.query<CertificateRow>(
    `select ${certificateColumns} from certificates t
     where t.${column} = $1 and t.der is not null order by t.not_before desc, t.serial_number`,
    [id],
  )
  return rows.map(toRegisteredCertificate)
}

async function findByService(
  db: Queryable,
  authorityId: string,
  service: string,
): Promise<RegisteredCertificate | null> {
  const { rows } = await db.query<CertificateRow>(
    `select ${certificateColumns} from certificates t
     where t.authority_id = $1 and t.service = $2 and t.status in ('active', 'suspended')`,
    [authorityId, service],
  )
  return rows[0] === undefined ? null : toRegisteredCertificate(rows[0])
}
