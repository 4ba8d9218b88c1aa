import type { Queryable } from '../db/pool.ts'

/** How many passkeys in use are on devices of one model. */
export interface ModelCount {
  readonly aaguid: string
  readonly passkeys: number
}

/** The most frequent first. Reads all passkeys: for reports, not for the path of a sign-in. */
export async function countPasskeysByModel(db: Queryable): Promise<ModelCount[]> {
  const { rows } = await db.query<ModelCount>(
    `select aaguid, count(*)::integer as passkeys from passkeys where state <> 'revoked'
     group by aaguid order by passkeys desc, aaguid`,
  )
  return rows
}
