import type { Queryable } from '../db/pool.ts'
import { NotFound } from '../errors.ts'
import { createHolderStore } from '../holders/holder-store.ts'
import { GrantRefused } from './operator-refused.ts'

/**
 * Can this holder have a role?
 *
 * @throws NotFound, GrantRefused `not-a-person`, `holder-inactive`
 */
export async function checkGrantee(db: Queryable, holderId: string): Promise<void> {
  const holder = await createHolderStore(db).find(holderId)
  if (holder === null) throw new NotFound('There is no such holder.', { holderId })
  if (holder.type !== 'person') throw new GrantRefused('not-a-person', { holderId })
  if (holder.state !== 'active') throw new GrantRefused('holder-inactive', { holderId })
}
