import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { endHolderCertificates, type RevocationReason } from '../pki/revocation.ts'
import { createHolderStore } from './holder-store.ts'
import type { Holder } from './holder.ts'

export interface DeactivateHolderDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface DeactivateHolderRequest {
  readonly holderId: string
  /** Who asks: a holder id or the name of a program. */
  readonly actor: string
  /** Why, as the person who asks puts it; it is kept in the audit. */
  readonly reason: string
}

/** RFC 5280 §5.3.1: a person has left; an organisation is no more. */
const reasons: Readonly<Record<Holder['type'], RevocationReason>> = {
  person: 'affiliationChanged',
  organisation: 'cessationOfOperation',
}

/**
 * From now on none of the holder's cards signs in: the person has left, the organisation is
 * closed. The cards keep their own state; their certificates are revoked, so that nobody else takes
 * them for good either. All of it and the audit event are committed together.
 *
 * @throws NotFound
 */
export async function deactivateHolder(
  { db, clock }: DeactivateHolderDeps,
  { holderId, actor, reason }: DeactivateHolderRequest,
): Promise<Holder> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const holder = await createHolderStore(tx).setState(holderId, 'inactive', at)
    const end = { holderId, reason: reasons[holder.type], at }
    const facts = { certificates: await endHolderCertificates(tx, end) }
    const event = { at, event: 'holder.deactivated', outcome: 'succeeded' } as const
    await createAuditStore(tx).append({ ...event, holderId, actor, reason, facts })
    return holder
  })
}
