import type { Queryable } from '../db/pool.ts'
import type { OperatorAction } from '../operators/operator.ts'
import { permissions } from '../operators/permissions.ts'

export interface ReachQuestion {
  /** A holder id; the name of a program reaches nobody once there are operators. */
  readonly operatorId: string
  readonly action: OperatorAction
  readonly holderIds: readonly string[]
}

/**
 * Those of the holders for whom this operator may not act, by the grants as they stand; none while
 * no operator has ever been appointed. A person lies in each agency that the person belongs to,
 * whoever belongs to none in the whole province alone.
 */
export async function listBeyondReach(
  db: Queryable,
  { operatorId, action, holderIds }: ReachQuestion,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with recursive held as (
       select g.agency_id from operator_grants g
       where g.holder_id = $1::uuid and g.role = any ($2::text[]) and g.revoked_at is null
     ),
     below (id) as (
       select agency_id from held where agency_id is not null
       union select a.id from agencies a join below on a.parent_id = below.id
     )
     select asked.id from unnest($3::uuid[]) as asked (id)
     where exists (select from operator_bootstrap)
       and not exists (select from held where agency_id is null)
       and not exists (select from affiliations f join below on below.id = f.agency_id
         where f.person_id = asked.id)`,
    [isUuid(operatorId) ? operatorId : null, permissions[action], holderIds],
  )
  return rows.map(({ id }) => id)
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
