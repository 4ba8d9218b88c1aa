import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import { listGrants, type GrantOnRecord } from './grant-store.ts'
import { OperatorSignInRequired } from './operator-refused.ts'
import { operatorSessionIdleSeconds, operatorSessionMaxSeconds } from './operator.ts'
import { deleteSession, findSession, type OperatorSession } from './session-store.ts'

export interface SessionOnRecord extends OperatorSession {
  readonly grants: readonly GrantOnRecord[]
  /** Where it is not used before. */
  readonly endsAt: Date
}

/**
 * Who is signed in with that secret; looking does not keep the session alive.
 *
 * @param secret - null: there is none on this computer
 * @throws OperatorSignInRequired
 */
export async function readOperatorSession(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  secret: string | null,
): Promise<SessionOnRecord> {
  const session = secret === null ? null : await findSession(db, secret, clock.now())
  if (session === null) throw new OperatorSignInRequired()
  const grants = await listGrants(db, { all: false, holderId: session.holderId })
  return { ...session, grants, endsAt: endOf(session) }
}

function endOf({ signedInAt, lastUsedAt }: OperatorSession): Date {
  const idle = lastUsedAt.getTime() + operatorSessionIdleSeconds * 1000
  const most = signedInAt.getTime() + operatorSessionMaxSeconds * 1000
  return new Date(Math.min(idle, most))
}

/** @returns whether there was one to end */
export async function signOutOperator(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  secret: string,
): Promise<boolean> {
  return db.inTransaction(async (tx) => {
    const ended = await deleteSession(tx, secret)
    if (ended === null) return false
    const event = { at: clock.now(), event: 'operator.signed-out', outcome: 'succeeded' } as const
    await createAuditStore(tx).append({ ...event, actor: ended.holderId, ...ended })
    return true
  })
}
