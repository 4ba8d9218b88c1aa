import type { Queryable } from '../db/pool.ts'
import type { HolderState, HolderType } from './holder.ts'
import {
  selectWithPosts,
  toHolderWithPosts,
  type HolderWithPosts,
} from './import/holder-import-store.ts'

export interface HolderFilter {
  readonly type?: HolderType
  readonly state?: HolderState
  /** Code of an office: only persons who belong to it or to one below it. */
  readonly agency?: string
  /** Part of the name, without regard to case, or the beginning of the number. */
  readonly search?: string
}

type WithPostsRow = Parameters<typeof toHolderWithPosts>[0]

const subtree = `
  with recursive below as (
    select id from agencies where code = $1
    union all
    select a.id from agencies a join below on a.parent_id = below.id
  )`

const fits = `
  ($1::text is null or exists (
    select from affiliations f where f.person_id = h.id and f.agency_id in (table below)))
  and ($2::text is null or h.type = $2)
  and ($3::text is null or h.state = $3)
  and ($4::text is null or position(lower($4) in lower(h.display_name)) > 0
    or starts_with(coalesce(h.national_number, h.tax_code), $4))`

/** The first `limit` holders that fit every part of the filter, by name. */
export async function listHolders(
  db: Queryable,
  filter: HolderFilter,
  limit: number,
): Promise<HolderWithPosts[]> {
  const { rows } = await db.query<WithPostsRow>(
    `${subtree} ${selectWithPosts(`${fits} order by h.display_name, h.id limit $5`)}`,
    [...valuesOf(filter), limit],
  )
  return rows.map(toHolderWithPosts)
}

function valuesOf({ agency, type, state, search }: HolderFilter): unknown[] {
  return [agency ?? null, type ?? null, state ?? null, search ?? null]
}

/** One page of them by id: a walk that meets everybody once, whoever comes meanwhile. */
async function pageHolders(
  db: Queryable,
  filter: HolderFilter,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<HolderWithPosts[]> {
  const { rows } = await db.query<WithPostsRow>(
    `${subtree} ${selectWithPosts(
      `${fits} and ($5::uuid is null or h.id > $5) order by h.id limit $6`,
    )}`,
    [...valuesOf(filter), after, limit],
  )
  return rows.map(toHolderWithPosts)
}

/** Every holder that fits, a page at a time. */
export async function* walkHolders(
  db: Queryable,
  filter: HolderFilter,
): AsyncGenerator<HolderWithPosts> {
  const limit = 500
  let after: string | null = null
  for (;;) {
    const page: HolderWithPosts[] = await pageHolders(db, filter, { after, limit })
    yield* page
    after = page.at(-1)?.holder.id ?? null
    if (page.length < limit) return
  }
}

/** By id, national number or tax code; null where nobody has it. */
export async function findWithPosts(
  db: Queryable,
  idOrNumber: string,
): Promise<HolderWithPosts | null> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(idOrNumber)
  const { rows } = await db.query<WithPostsRow>(
    selectWithPosts('h.id = $1 or h.national_number = $2 or h.tax_code = $2'),
    [isId ? idOrNumber : null, idOrNumber],
  )
  return rows[0] === undefined ? null : toHolderWithPosts(rows[0])
}
