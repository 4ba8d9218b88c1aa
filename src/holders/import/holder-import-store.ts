import type { Queryable } from '../../db/pool.ts'
import { holderColumns, toHolder, type HolderRow } from '../holder-row.ts'
import type { Affiliation, Holder } from '../holder.ts'

/** A holder with where the person works, as imports and exports see them. */
export interface HolderWithPosts {
  readonly holder: Holder
  /** Longest-standing first. */
  readonly agencies: readonly Post[]
  readonly organisations: readonly Post[]
}

export interface Post {
  readonly affiliationId: string
  /** Of the agency its code, of the organisation its tax code. */
  readonly code: string
  readonly position: string
}

interface WithPostsRow extends HolderRow {
  agencies: Post[]
  organisations: Post[]
}

/** Everything about a batch of holders in one round trip: `where` speaks of `h`. */
export const selectWithPosts = (where: string): string => `
  select ${holderColumns},
    (select coalesce(json_agg(json_build_object('affiliationId', f.id, 'code', a.code,
         'position', f.position) order by f.since, f.id), '[]')
     from affiliations f join agencies a on a.id = f.agency_id
     where f.person_id = h.id) as agencies,
    (select coalesce(json_agg(json_build_object('affiliationId', f.id, 'code', o.tax_code,
         'position', f.position) order by f.since, f.id), '[]')
     from affiliations f join holders o on o.id = f.organisation_id
     where f.person_id = h.id) as organisations
  from holders h where ${where}`

/** By national number and by tax code. */
export async function findByNumbers(
  db: Queryable,
  nationalNumbers: readonly string[],
  taxCodes: readonly string[],
): Promise<HolderWithPosts[]> {
  const { rows } = await db.query<WithPostsRow>(
    selectWithPosts('h.national_number = any ($1) or h.tax_code = any ($2)'),
    [nationalNumbers, taxCodes],
  )
  return rows.map(toHolderWithPosts)
}

export function toHolderWithPosts(row: WithPostsRow): HolderWithPosts {
  return { holder: toHolder(row), agencies: row.agencies, organisations: row.organisations }
}

export async function findOrganisationIds(
  db: Queryable,
  taxCodes: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ tax_code: string; id: string }>(
    `select tax_code, id from holders where tax_code = any ($1)`,
    [taxCodes],
  )
  return new Map(rows.map((row) => [row.tax_code, row.id]))
}

/** @throws Duplicate when somebody added one of the numbers at the same moment */
export async function insertHolders(
  db: Queryable,
  holders: readonly Holder[],
  at: Date,
): Promise<void> {
  await db.query(
    `insert into holders
       (id, type, state, state_since, display_name, email, national_number, tax_code)
     select id, type, state, $8, display_name, email, national_number, tax_code
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       as fresh (id, type, state, display_name, email, national_number, tax_code)`,
    [
      holders.map(({ id }) => id),
      holders.map(({ type }) => type),
      holders.map(({ state }) => state),
      holders.map(({ displayName }) => displayName),
      holders.map(({ email }) => email),
      holders.map((holder) => (holder.type === 'person' ? holder.nationalNumber : null)),
      holders.map((holder) => (holder.type === 'organisation' ? holder.taxCode : null)),
      at,
    ],
  )
}

/** Names and addresses; what else a holder is does not change by import. */
export async function updateHolders(
  db: Queryable,
  holders: readonly Pick<Holder, 'id' | 'displayName' | 'email'>[],
): Promise<void> {
  await db.query(
    `update holders h set display_name = wanted.display_name, email = wanted.email
     from unnest($1::uuid[], $2::text[], $3::text[]) as wanted (id, display_name, email)
     where h.id = wanted.id`,
    [
      holders.map(({ id }) => id),
      holders.map(({ displayName }) => displayName),
      holders.map(({ email }) => email),
    ],
  )
}

export async function insertAffiliations(
  db: Queryable,
  affiliations: readonly Affiliation[],
  since: Date,
): Promise<void> {
  await db.query(
    `insert into affiliations (id, person_id, agency_id, organisation_id, position, since)
     select id, person_id, agency_id, organisation_id, position, $6
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[])
       as fresh (id, person_id, agency_id, organisation_id, position)`,
    [
      affiliations.map(({ id }) => id),
      affiliations.map(({ personId }) => personId),
      affiliations.map(({ agencyId }) => agencyId),
      affiliations.map(({ organisationId }) => organisationId),
      affiliations.map(({ position }) => position),
      since,
    ],
  )
}

export async function updatePositions(
  db: Queryable,
  positions: readonly Pick<Affiliation, 'id' | 'position'>[],
): Promise<void> {
  await db.query(
    `update affiliations f set position = wanted.position
     from unnest($1::uuid[], $2::text[]) as wanted (id, position) where f.id = wanted.id`,
    [positions.map(({ id }) => id), positions.map(({ position }) => position)],
  )
}

export async function deleteAffiliations(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(`delete from affiliations where id = any ($1)`, [ids])
}
