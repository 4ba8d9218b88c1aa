import { violatedConstraintOf } from '../db/database-error.ts'
import type { Queryable } from '../db/pool.ts'
import { AppError, NotFound } from '../errors.ts'
import { createAuthorityStore, type AuthorityStore } from './authority-store.ts'
import {
  certificateColumns,
  toRegisteredCertificate,
  type CertificateBearer,
  type CertificateRow,
  type CertificateStatus,
  type RegisteredCertificate,
} from './registered-certificate.ts'

export interface CertificateStore extends AuthorityStore {
  /**
   * Writes the row of a certificate that is about to be signed, as `prepared`.
   *
   * @throws Duplicate when the authority used the serial number before
   */
  prepareCertificate(prepared: PreparedCertificate, at: Date): Promise<void>
  /**
   * Completes a prepared row with what was signed: from here on it is `active`.
   *
   * @throws Duplicate when card and slot, or the terminal, have an active or suspended one already
   * @throws CertificateTransitionRefused when the row is not there or was completed before
   */
  completeCertificate(serial: SerialOf, der: Buffer, at: Date): Promise<RegisteredCertificate>
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
  /** Null also for one that was prepared and never completed. */
  findBySerial(authorityId: string, serialNumber: string): Promise<RegisteredCertificate | null>
  /** Newest first, without those that were never completed. */
  listByCard(cardUuid: string): Promise<RegisteredCertificate[]>
  listByTerminal(terminalId: string): Promise<RegisteredCertificate[]>
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
    insertCertificate: async (prepared, der, at) => {
      await insert(db, prepared, { der, at })
      return existing(await findBySerial(db, prepared), prepared)
    },
    setStatus: (serial, change) => setStatus(db, serial, change),
    findBySerial: (authorityId, serialNumber) => findBySerial(db, { authorityId, serialNumber }),
    listByCard: (cardUuid) => listBy(db, 'card_uuid', cardUuid),
    listByTerminal: (terminalId) => listBy(db, 'terminal_id', terminalId),
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
  await db.query(
    `insert into certificates (authority_id, serial_number, card_uuid, slot, terminal_id, service,
       subject, not_before, not_after, status, status_since, der)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
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
    ],
  )
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
     where t.authority_id = $1 and t.serial_number = $2 and t.status <> 'prepared'`,
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
     where t.${column} = $1 and t.status <> 'prepared' order by t.not_before desc, t.serial_number`,
    [id],
  )
  return rows.map(toRegisteredCertificate)
}
