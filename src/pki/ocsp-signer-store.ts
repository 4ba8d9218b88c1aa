import type { Queryable } from '../db/pool.ts'

/** The certificate with which an authority's answers are signed now. */
export interface SignerCertificate {
  readonly authorityId: string
  readonly serialNumber: string
  readonly der: Buffer
}

/** The bearer of such a certificate, among an authority's services. */
export const ocspService = 'ocsp'

interface SignerRow {
  authority_id: string
  serial_number: string
  der: Buffer
}

/** At most one for each authority. */
export async function listSigners(
  db: Queryable,
  authorityIds: readonly string[],
): Promise<SignerCertificate[]> {
  const { rows } = await db.query<SignerRow>(
    `select authority_id, serial_number, der from certificates
     where authority_id = any ($1::uuid[]) and service = $2 and status = 'active'`,
    [authorityIds, ocspService],
  )
  return rows.map((row) => ({
    authorityId: row.authority_id,
    serialNumber: row.serial_number,
    der: row.der,
  }))
}

/**
 * Until the transaction ends nobody else makes a signer for the authority.
 *
 * @returns false when somebody does so right now
 */
export async function tryToLockSigner(tx: Queryable, authorityId: string): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as locked',
    [`ocsp signer ${authorityId}`],
  )
  return rows[0]?.locked === true
}
