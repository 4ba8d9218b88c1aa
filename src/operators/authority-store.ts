import type { Queryable } from '../db/pool.ts'
import type { OperatorRole, OperatorScope } from './operator.ts'
import { hashOfSecret, sessionHolds, sessionLimits } from './session-store.ts'

/** What the registry knows of who asks, at one instant. */
export interface OperatorStanding {
  /** Whether a first administrator has ever been appointed. */
  readonly isBootstrapped: boolean
  /** null: nobody is signed in with that secret, or not any more. */
  readonly holderId: string | null
  readonly roles: readonly OperatorRole[]
  /** Those whose part of the agency tree holds what is asked about. */
  readonly rolesHere: readonly OperatorRole[]
  /** Whether it is the operator's own card or own person. */
  readonly isOneself: boolean
}

interface StandingRow {
  is_bootstrapped: boolean
  holder_id: string | null
  roles: OperatorRole[]
  roles_here: OperatorRole[]
  is_oneself: boolean
}

/** Session (kept alive by this), grants and the agencies upwards from what is asked about. */
const question = `
  with recursive session as (
    update operator_sessions s set last_used_at = greatest(s.last_used_at, $2)
    from cards c, holders h where ${sessionHolds}
    returning s.holder_id
  ),
  held as (
    select g.role, g.agency_id from operator_grants g join session using (holder_id)
    where g.revoked_at is null
  ),
  subject (holder_id) as (
    select $6::uuid where $5 = 'holder'
    union all select c.holder_id from cards c where $5 = 'card' and c.card_uuid = $6
  ),
  place (agency_id) as (
    select $6::uuid where $5 = 'agency'
    union all select t.agency_id from terminals t where $5 = 'terminal' and t.id = $6
    union all select f.agency_id from affiliations f join subject on subject.holder_id = f.person_id
  ),
  upwards (agency_id) as (
    select agency_id from place where agency_id is not null
    union select a.parent_id from agencies a join upwards on a.id = upwards.agency_id
  )
  select exists (select from operator_bootstrap) as is_bootstrapped,
    (select holder_id from session) as holder_id,
    array(select distinct role from held) as roles,
    array(select distinct role from held
      where agency_id is null or agency_id in (select agency_id from upwards)) as roles_here,
    exists (select from subject join session using (holder_id)) as is_oneself`

/** One round trip; a session that it finds was used just now. */
export async function findOperatorStanding(
  db: Queryable,
  secret: string | null,
  { scope, now }: { readonly scope: OperatorScope; readonly now: Date },
): Promise<OperatorStanding> {
  const { usedAfter, begunAfter } = sessionLimits(now)
  const hash = secret === null ? null : hashOfSecret(secret)
  const { rows } = await db.query<StandingRow>(
    question,
    [hash, now, usedAfter, begunAfter, scope.kind, idOf(scope)],
    { name: 'operator-standing' },
  )
  const [row] = rows
  if (row === undefined) throw new Error('the question has one answer')
  return {
    isBootstrapped: row.is_bootstrapped,
    holderId: row.holder_id,
    roles: row.roles,
    rolesHere: row.roles_here,
    isOneself: row.is_oneself,
  }
}

/** Of all agencies where the person has one of these roles, and of those below them. */
export async function findAgencyCodes(
  db: Queryable,
  holderId: string,
  roles: readonly OperatorRole[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ code: string }>(
    `with recursive downwards (agency_id) as (
       select agency_id from operator_grants
       where holder_id = $1 and role = any ($2) and revoked_at is null
       union select a.id from agencies a join downwards on a.parent_id = downwards.agency_id
     )
     select code from agencies where id in (select agency_id from downwards)`,
    [holderId, roles],
  )
  return new Set(rows.map(({ code }) => code))
}

function idOf(scope: OperatorScope): string | null {
  switch (scope.kind) {
    case 'province':
      return null
    case 'agency':
      return scope.agencyId
    case 'holder':
      return scope.holderId
    case 'card':
      return scope.cardUuid
    case 'terminal':
      return scope.terminalId
  }
}
