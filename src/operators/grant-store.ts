import type { Queryable } from '../db/pool.ts'
import { BootstrapDone, GrantRefused } from './operator-refused.ts'
import type { OperatorGrant, OperatorRole } from './operator.ts'

/** A grant as people read it. */
export interface GrantOnRecord extends OperatorGrant {
  readonly holderName: string
  /** null: the whole province. */
  readonly agencyCode: string | null
}

/** What tells a live grant from every other. */
export type GrantOf = Pick<OperatorGrant, 'holderId' | 'role' | 'agencyId'>

interface GrantRow {
  id: string
  holder_id: string
  role: OperatorRole
  agency_id: string | null
  granted_by: string
  granted_at: Date
  grant_reason: string
  revoked_by: string | null
  revoked_at: Date | null
  revoke_reason: string | null
  display_name: string
  agency_code: string | null
}

/** Takes the place of the first grant, which has to follow in the same transaction. @throws BootstrapDone */
export async function takeBootstrap(db: Queryable, grantId: string, at: Date): Promise<void> {
  const { rowCount } = await db.query(
    'insert into operator_bootstrap (grant_id, at) values ($1, $2) on conflict do nothing',
    [grantId, at],
  )
  if (rowCount === 0) throw new BootstrapDone()
}

export async function isBootstrapped(db: Queryable): Promise<boolean> {
  const { rows } = await db.query('select from operator_bootstrap')
  return rows.length > 0
}

/**
 * Lets no other change of grants begin before this transaction ends: two administrators who take
 * each other's role at the same moment would leave none.
 *
 * @throws GrantRefused `before-bootstrap`
 */
export async function lockGrants(db: Queryable): Promise<void> {
  const { rows } = await db.query('select only_one from operator_bootstrap for update')
  if (rows.length === 0) throw new GrantRefused('before-bootstrap')
}

/** @throws Duplicate when the holder has that role there already */
export async function insertGrant(
  db: Queryable,
  grant: Omit<OperatorGrant, 'ended'>,
): Promise<void> {
  await db.query(
    `insert into operator_grants
       (id, holder_id, role, agency_id, granted_by, granted_at, grant_reason)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      grant.id,
      grant.holderId,
      grant.role,
      grant.agencyId,
      grant.grantedBy,
      grant.grantedAt,
      grant.grantReason,
    ],
  )
}

/** The holder's sessions end with the last grant. @returns the grant's id; null: there is none */
export async function endGrant(
  db: Queryable,
  { holderId, role, agencyId }: GrantOf,
  ended: NonNullable<OperatorGrant['ended']>,
): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `update operator_grants set revoked_by = $4, revoked_at = $5, revoke_reason = $6
     where holder_id = $1 and role = $2 and agency_id is not distinct from $3
       and revoked_at is null
     returning id`,
    [holderId, role, agencyId, ended.by, ended.at, ended.reason],
  )
  return rows[0]?.id ?? null
}

export async function hasGrant(
  db: Queryable,
  { holderId, role, agencyId }: GrantOf,
): Promise<boolean> {
  const { rows } = await db.query(
    `select from operator_grants where holder_id = $1 and role = $2
       and agency_id is not distinct from $3 and revoked_at is null`,
    [holderId, role, agencyId],
  )
  return rows.length > 0
}

/** Whether somebody else, still here, administers the whole province. */
export async function hasOtherAdministrator(db: Queryable, holderId: string): Promise<boolean> {
  const { rows } = await db.query(
    `select from operator_grants g join holders h on h.id = g.holder_id
     where g.role = 'administrator' and g.agency_id is null and g.revoked_at is null
       and h.state = 'active' and g.holder_id <> $1 limit 1`,
    [holderId],
  )
  return rows.length > 0
}

/**
 * The cards that administrators of the whole province could sign in with at `now`; a person who has
 * two has both in it.
 */
export async function listAdministratorCards(
  db: Queryable,
  now: Date,
): Promise<{ readonly cardUuid: string; readonly holderId: string }[]> {
  const { rows } = await db.query<{ card_uuid: string; holder_id: string }>(
    `select c.card_uuid, c.holder_id
     from operator_grants g join holders h on h.id = g.holder_id
       join cards c on c.holder_id = g.holder_id
     where g.role = 'administrator' and g.agency_id is null and g.revoked_at is null
       and h.state = 'active' and c.kind = 'civil-servant'
       and c.state in ('issued', 'active') and c.expires_at > $1
     order by c.card_uuid`,
    [now],
  )
  return rows.map((row) => ({ cardUuid: row.card_uuid, holderId: row.holder_id }))
}

/** Whether the holder has a civil-servant card to sign in with, now or by its first use. */
export async function hasOperatorCard(
  db: Queryable,
  holderId: string,
  now: Date,
): Promise<boolean> {
  const { rows } = await db.query(
    `select from cards where holder_id = $1 and kind = 'civil-servant'
       and state in ('issued', 'active') and expires_at > $2 limit 1`,
    [holderId, now],
  )
  return rows.length > 0
}

export async function rolesOf(db: Queryable, holderId: string): Promise<OperatorRole[]> {
  const { rows } = await db.query<{ role: OperatorRole }>(
    `select distinct role from operator_grants where holder_id = $1 and revoked_at is null
     order by role`,
    [holderId],
  )
  return rows.map(({ role }) => role)
}

/** By name and role; with `all`, also those that have ended. */
export async function listGrants(
  db: Queryable,
  { all, holderId = null }: { readonly all: boolean; readonly holderId?: string | null },
): Promise<GrantOnRecord[]> {
  const { rows } = await db.query<GrantRow>(
    `select g.id, g.holder_id, g.role, g.agency_id, g.granted_by, g.granted_at, g.grant_reason,
       g.revoked_by, g.revoked_at, g.revoke_reason, h.display_name, a.code as agency_code
     from operator_grants g join holders h on h.id = g.holder_id
       left join agencies a on a.id = g.agency_id
     where ($1 or g.revoked_at is null) and ($2::uuid is null or g.holder_id = $2)
     order by h.display_name, g.holder_id, g.granted_at`,
    [all, holderId],
  )
  return rows.map(toGrant)
}

function toGrant(row: GrantRow): GrantOnRecord {
  const { revoked_by: by, revoked_at: at, revoke_reason: reason } = row
  return {
    id: row.id,
    holderId: row.holder_id,
    role: row.role,
    agencyId: row.agency_id,
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
    grantReason: row.grant_reason,
    ended: by === null || at === null || reason === null ? null : { by, at, reason },
    holderName: row.display_name,
    agencyCode: row.agency_code,
  }
}
