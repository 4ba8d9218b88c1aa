import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { Random } from '../random.ts'
import { checkGrantee } from './check-grantee.ts'
import { hasOperatorCard, insertGrant, isBootstrapped, takeBootstrap } from './grant-store.ts'
import { BootstrapDone, GrantRefused } from './operator-refused.ts'

export interface BootstrapRequest {
  readonly holderId: string
  /** The name of a program: nobody can have signed in yet. */
  readonly actor: string
  readonly reason: string
}

/**
 * Appoints the first administrator, of the whole province: once in the life of a registry. From
 * the commit on every changing command needs an operator.
 *
 * @throws BootstrapDone
 * @throws NotFound, GrantRefused `not-a-person`, `holder-inactive`, `holder-without-card`
 */
export async function bootstrapOperators(
  { db, clock, random }: { readonly db: Database; readonly clock: Clock; readonly random: Random },
  { holderId, actor, reason }: BootstrapRequest,
): Promise<void> {
  const at = clock.now()
  await db.inTransaction(async (tx) => {
    const grantId = random.uuid()
    await takeBootstrap(tx, grantId, at)
    await checkFirstAdministrator(tx, holderId, at)
    const role = 'administrator'
    const granted = { grantedBy: actor, grantedAt: at, grantReason: reason }
    await insertGrant(tx, { id: grantId, holderId, role, agencyId: null, ...granted })
    const event = { at, event: 'operator.bootstrapped', outcome: 'succeeded' } as const
    const facts = { grantId, role }
    await createAuditStore(tx).append({ ...event, holderId, actor, reason, facts })
  })
}

/** Whether `bootstrapOperators` would work. @throws as it does */
export async function planBootstrap(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  holderId: string,
): Promise<void> {
  if (await isBootstrapped(db)) throw new BootstrapDone()
  await checkFirstAdministrator(db, holderId, clock.now())
}

/** Who could not sign in would lock everybody out. */
async function checkFirstAdministrator(db: Queryable, holderId: string, now: Date): Promise<void> {
  await checkGrantee(db, holderId)
  if (!(await hasOperatorCard(db, holderId, now)))
    throw new GrantRefused('holder-without-card', { holderId })
}
