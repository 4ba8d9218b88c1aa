import type { Queryable } from '../../db/pool.ts'
import type { Agency } from '../agency.ts'

/** All in one statement, so that parents and children may come in any order. */
export async function insertAgencies(db: Queryable, agencies: readonly Agency[]): Promise<void> {
  await db.query(
    `insert into agencies (id, code, name, kind, parent_id)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[])`,
    columnsOf(agencies),
  )
}

/** All in one statement: what would be a circle half-way is judged by how it ends. */
export async function updateAgencies(db: Queryable, agencies: readonly Agency[]): Promise<void> {
  await db.query(
    `update agencies a set name = wanted.name, kind = wanted.kind, parent_id = wanted.parent_id
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[])
       as wanted (id, code, name, kind, parent_id)
     where a.id = wanted.id`,
    columnsOf(agencies),
  )
}

function columnsOf(agencies: readonly Agency[]): unknown[] {
  return [
    agencies.map(({ id }) => id),
    agencies.map(({ code }) => code),
    agencies.map(({ name }) => name),
    agencies.map(({ kind }) => kind),
    agencies.map(({ parentId }) => parentId),
  ]
}
