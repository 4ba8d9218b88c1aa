import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { createPassStore } from './pass-store.ts'
import type { Pass } from './pass.ts'

export interface PassWithdrawal {
  readonly passId: string
  /** A holder id or the name of a program. */
  readonly actor: string
  readonly reason: string
}

/**
 * From now on the pass opens nothing, and the sessions that it opened end; also where its uses are
 * used up. The end and its audit event are committed together.
 *
 * @throws NotFound: there is none, or it is withdrawn already
 */
export function withdrawPass(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { passId, actor, reason }: PassWithdrawal,
): Promise<Pass> {
  const at = clock.now()
  return db.inTransaction(async (tx) => {
    const pass = await createPassStore(tx).withdraw(passId, { by: actor, reason, at })
    if (pass === null) throw new NotFound('there is no such pass to withdraw', { passId })
    const about = { at, event: 'pass.withdrawn', actor, reason, holderId: pass.holderId } as const
    await createAuditStore(tx).append({ ...about, outcome: 'succeeded', facts: { passId } })
    return pass
  })
}
