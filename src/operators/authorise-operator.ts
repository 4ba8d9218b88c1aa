import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pool.ts'
import { findAgencyCodes, findOperatorStanding, type OperatorStanding } from './authority-store.ts'
import { OperatorSignInRequired, PermissionDenied, type DenialReason } from './operator-refused.ts'
import type { OperatorAction, OperatorScope } from './operator.ts'
import { notForOneself, permissions } from './permissions.ts'

export interface AuthoriseDeps {
  readonly db: Database
  readonly clock: Clock
}

export interface OperatorRequest {
  /** Of the session on this computer; null: there is none. */
  readonly sessionSecret: string | null
  readonly action: OperatorAction
  readonly scope: OperatorScope
}

/**
 * Says who acts, if they may. A denial is in the audit before it is thrown.
 *
 * @returns the operator's holder id; null while no operator has ever been appointed
 * @throws OperatorSignInRequired
 * @throws PermissionDenied
 */
export async function authoriseOperator(
  deps: AuthoriseDeps,
  request: OperatorRequest,
): Promise<string | null> {
  const standing = await standingOf(deps, request)
  return admit(deps, request, standing)
}

/** Who acts, and where they may. */
export interface OperatorArea {
  /** null while no operator has ever been appointed. */
  readonly holderId: string | null
  /** Codes of the agencies where the operator may do it; null: in the whole province. */
  readonly agencyCodes: ReadonlySet<string> | null
}

/**
 * The same for what concerns many, such as a list of people: the caller leaves out those outside
 * the area.
 *
 * @throws OperatorSignInRequired
 * @throws PermissionDenied where they may nowhere
 */
export async function authoriseSomewhere(
  deps: AuthoriseDeps,
  given: Omit<OperatorRequest, 'scope'>,
): Promise<OperatorArea> {
  const request = { ...given, scope: { kind: 'province' } } as const
  const standing = await standingOf(deps, request)
  const { holderId } = standing
  if (holderId === null || denialOf(standing, given.action) !== 'scope')
    return { holderId: await admit(deps, request, standing), agencyCodes: null }
  const roles = permissions[given.action]
  return { holderId, agencyCodes: await findAgencyCodes(deps.db, holderId, roles) }
}

function standingOf(
  { db, clock }: AuthoriseDeps,
  { sessionSecret, scope }: OperatorRequest,
): Promise<OperatorStanding> {
  return findOperatorStanding(db, sessionSecret, { scope, now: clock.now() })
}

async function admit(
  { db, clock }: AuthoriseDeps,
  { action, scope }: OperatorRequest,
  standing: OperatorStanding,
): Promise<string | null> {
  if (!standing.isBootstrapped) return null
  const { holderId } = standing
  if (holderId === null) throw new OperatorSignInRequired()
  const reason = denialOf(standing, action)
  if (reason === null) return holderId
  const denied = new PermissionDenied({ reason, action, rolesNeeded: permissions[action] })
  const event = { at: clock.now(), event: 'operator.denied', outcome: 'refused' } as const
  const facts = { action, scope: scope.kind }
  await createAuditStore(db).append({ ...event, ...onWhom(scope), actor: holderId, reason, facts })
  throw denied
}

/** null: they may. */
function denialOf(
  { roles, rolesHere, isOneself }: OperatorStanding,
  action: OperatorAction,
): DenialReason | null {
  const needed = permissions[action]
  if (!roles.some((role) => needed.includes(role))) return 'role'
  if (!rolesHere.some((role) => needed.includes(role))) return 'scope'
  return isOneself && notForOneself.has(action) ? 'oneself' : null
}

function onWhom(scope: OperatorScope) {
  return {
    holderId: scope.kind === 'holder' ? scope.holderId : null,
    cardUuid: scope.kind === 'card' ? scope.cardUuid : null,
    terminalId: scope.kind === 'terminal' ? scope.terminalId : null,
  }
}
