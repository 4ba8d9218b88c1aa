import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { Holder } from '../holders/holder.ts'
import type { Random } from '../random.ts'
import { lockHolder } from './application-store.ts'
import { newPassCode } from './pass-code.ts'
import type { PassSecret } from './pass-secret.ts'
import { createPassStore } from './pass-store.ts'
import type { Pass } from './pass.ts'
import { planPass, type PassRequest, type PlannedPass } from './plan-pass.ts'

export interface IssuePassDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
  readonly secret: PassSecret
}

export interface IssuedPass {
  readonly pass: Pass
  readonly holder: Holder
  /** Known here and nowhere else: to be shown once. */
  readonly code: string
  /** The one that it takes the place of, if it could still be used. */
  readonly replaced: Pass | null
}

/**
 * Makes a pass; a live one of the same holder is withdrawn with its sessions. Both, and the audit,
 * are committed together.
 *
 * @throws NotFound, PassNotIssued
 */
export async function issuePass(deps: IssuePassDeps, request: PassRequest): Promise<IssuedPass> {
  const { db, clock, random, secret } = deps
  const code = newPassCode(random)
  return db.inTransaction(async (tx) => {
    await lockHolder(tx, request.holderId)
    const planned = await planPass({ db: tx, clock }, request)
    const { number } = planned
    const pass = newPass(planned, request, random.uuid())
    const passes = createPassStore(tx)
    const { actor: by, reason } = request
    const replaced = await passes.endLiveOf(pass.holderId, { by, reason, at: pass.issuedAt })
    await passes.insert({ ...pass, codeHash: await secret.hashOf({ number, code }) })
    await recordIssue(tx, pass, replaced)
    return { pass, holder: planned.holder, code, replaced }
  })
}

function newPass(
  { at: issuedAt, holder, cardKind, validFrom, validUntil }: PlannedPass,
  { uses, clientIds, mayRegisterPasskey, actor, reason }: PassRequest,
  id: string,
): Pass {
  return {
    ...{ id, holderId: holder.id, cardKind, validFrom, validUntil, clientIds, mayRegisterPasskey },
    ...{ usesAllowed: uses, usesLeft: uses, lastUsedAt: null },
    ...{ issuedBy: actor, issuedAt, reason, state: 'live', stateSince: issuedAt },
  }
}

async function recordIssue(tx: Queryable, pass: Pass, replaced: Pass | null): Promise<void> {
  const { id: passId, holderId, issuedAt: at, issuedBy: actor, reason } = pass
  const { usesAllowed, cardKind, mayRegisterPasskey, clientIds } = pass
  const audit = createAuditStore(tx)
  const about = { at, outcome: 'succeeded', actor, reason, holderId } as const
  if (replaced?.state === 'withdrawn')
    await audit.append({ ...about, event: 'pass.withdrawn', facts: { passId: replaced.id } })
  await audit.append({
    ...{ ...about, event: 'pass.issued' },
    facts: {
      ...{ passId, usesAllowed, cardKind, mayRegisterPasskey },
      ...{ validFrom: pass.validFrom.toISOString(), validUntil: pass.validUntil.toISOString() },
      applications: clientIds?.join(' ') ?? null,
    },
  })
}
