import type { Clock } from '../clock.ts'
import type { SettledCertificate } from './certificate-store.ts'
import type { InRegistryTransaction } from './issuance-deps.ts'
import { auditedBearer } from './issue-prepared.ts'

export interface SettlementDeps {
  readonly inTransaction: InRegistryTransaction
  readonly clock: Clock
}

export interface SettlementOptions {
  /**
   * Leaves alone what was prepared less long ago: its issuer may still be signing. One that lost
   * its row fails cleanly, so 0 is safe where no other process issues.
   */
  readonly olderThanSeconds: number
}

/** Each batch is a transaction of its own, so that a great many do not hold the table up. */
const batchSize = 200

/**
 * Finds certificates whose issuance was cut off between intent and outcome, and settles them: they
 * are revoked (cessationOfOperation), which lists and OCSP say to anybody who should hold one after
 * all, and the audit says so next to the intent. Two nodes at once share the work.
 *
 * @returns how many were settled
 * @throws DatabaseUnavailable
 */
export async function settlePreparedCertificates(
  deps: SettlementDeps,
  { olderThanSeconds }: SettlementOptions,
): Promise<number> {
  let total = 0
  for (;;) {
    const settled = await settleBatch(deps, olderThanSeconds)
    total += settled
    if (settled < batchSize) return total
  }
}

async function settleBatch(
  { inTransaction, clock }: SettlementDeps,
  olderThanSeconds: number,
): Promise<number> {
  const at = clock.now()
  const before = new Date(at.getTime() - olderThanSeconds * 1000)
  return inTransaction(async ({ certificates, audit }) => {
    const settled = await certificates.settlePrepared({ at, which: { before }, limit: batchSize })
    for (const certificate of settled) await audit.append(settledEvent(certificate, at))
    return settled.length
  })
}

function settledEvent(
  { authorityId, serialNumber, bearer, preparedAt }: SettledCertificate,
  at: Date,
) {
  return {
    at,
    event: 'certificate.settled',
    outcome: 'succeeded',
    reason: 'cessationOfOperation',
    ...auditedBearer(bearer),
    facts: { authorityId, serialNumber, preparedAt: preparedAt.toISOString() },
  } as const
}
