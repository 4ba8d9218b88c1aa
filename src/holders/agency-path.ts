import type { Queryable } from '../db/pool.ts'
import { createAgencyStore } from './agency-store.ts'
import { createHolderStore } from './holder-store.ts'
import type { Holder } from './holder.ts'

/** The names of the agencies above a person, province first; empty for who belongs to none. */
export async function agencyPathOf(db: Queryable, holder: Holder): Promise<string[]> {
  if (holder.type !== 'person') return []
  const [affiliation] = await createHolderStore(db).affiliationsOf(holder.id)
  const agencyId = affiliation?.agencyId ?? null
  const path = agencyId === null ? [] : await createAgencyStore(db).pathOf(agencyId)
  return path.map(({ name }) => name)
}
