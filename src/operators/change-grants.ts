import { createAuditStore } from '../audit/audit-store.ts'
import type { AuditEvent } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import type { Random } from '../random.ts'
import { checkGrantee } from './check-grantee.ts'
import {
  endGrant,
  hasGrant,
  hasOtherAdministrator,
  insertGrant,
  isBootstrapped,
  lockGrants,
  type GrantOf,
} from './grant-store.ts'
import { GrantRefused } from './operator-refused.ts'

export interface ChangeGrantsDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
}

export interface GrantRequest extends GrantOf {
  /** The operator's holder id. */
  readonly actor: string
  /** Why, as that person puts it; kept with the grant and in the audit. */
  readonly reason: string
}

/**
 * Gives a person a role in an agency and all below it, or in the whole province.
 *
 * @throws NotFound, GrantRefused `before-bootstrap`, `not-a-person`, `holder-inactive`,
 *   `to-oneself`, `granted-already`
 */
export async function grantRole(
  { db, clock, random }: ChangeGrantsDeps,
  request: GrantRequest,
): Promise<void> {
  const at = clock.now()
  await db.inTransaction(async (tx) => {
    await lockGrants(tx)
    await checkGrant(tx, request)
    const { holderId, role, agencyId, actor, reason } = request
    const id = random.uuid()
    const granted = { grantedBy: actor, grantedAt: at, grantReason: reason }
    await insertGrant(tx, { id, holderId, role, agencyId, ...granted })
    await createAuditStore(tx).append(eventOf('operator.role-granted', { id, at }, request))
  })
}

/** Whether `grantRole` would work. @throws as it does */
export async function planGrant(db: Queryable, request: GrantRequest): Promise<void> {
  if (!(await isBootstrapped(db))) throw new GrantRefused('before-bootstrap')
  await checkGrant(db, request)
}

async function checkGrant(db: Queryable, request: GrantRequest): Promise<void> {
  await checkGrantee(db, request.holderId)
  if (request.holderId === request.actor) throw new GrantRefused('to-oneself')
  if (await hasGrant(db, request)) throw new GrantRefused('granted-already')
}

/**
 * Takes a role away. With the last one the person's operator sessions end.
 *
 * @throws GrantRefused `before-bootstrap`, `not-granted`, `last-administrator`: nobody could
 *   appoint another
 */
export async function revokeRole(
  { db, clock }: Omit<ChangeGrantsDeps, 'random'>,
  request: GrantRequest,
): Promise<void> {
  const at = clock.now()
  await db.inTransaction(async (tx) => {
    await lockGrants(tx)
    await checkRevocation(tx, request)
    const { actor, reason } = request
    const id = await endGrant(tx, request, { by: actor, at, reason })
    if (id === null) throw new GrantRefused('not-granted')
    await createAuditStore(tx).append(eventOf('operator.role-revoked', { id, at }, request))
  })
}

/** Whether `revokeRole` would work. @throws as it does */
export async function planRevocation(db: Queryable, request: GrantRequest): Promise<void> {
  if (!(await isBootstrapped(db))) throw new GrantRefused('before-bootstrap')
  await checkRevocation(db, request)
}

async function checkRevocation(db: Queryable, request: GrantRequest): Promise<void> {
  const { holderId, role, agencyId } = request
  if (!(await hasGrant(db, request))) throw new GrantRefused('not-granted')
  const isOfAll = role === 'administrator' && agencyId === null
  if (isOfAll && !(await hasOtherAdministrator(db, holderId)))
    throw new GrantRefused('last-administrator')
}

function eventOf(
  event: 'operator.role-granted' | 'operator.role-revoked',
  { id, at }: { readonly id: string; readonly at: Date },
  { holderId, role, agencyId, actor, reason }: GrantRequest,
): AuditEvent {
  const facts = { grantId: id, role, agencyId }
  return { at, event, outcome: 'succeeded', holderId, actor, reason, facts }
}
