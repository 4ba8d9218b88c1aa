import { findBatch, type LoadedBatch } from '../../../src/batches/batch-store.ts'
import type { Queryable } from '../../../src/db/pool.ts'
import { noSuchBatch } from '../../batch/batch-language.ts'
import type { OperatorScope } from '../acting-operator.ts'

/**
 * Where a batch lies in the agency tree, for asking whether somebody may do anything with it at
 * all: with its first holder. Whether they may for every single one is asked beside this.
 */
export function scopeOf(holders: readonly { readonly holderId: string }[]): OperatorScope {
  const [first] = holders
  return first === undefined ? { kind: 'province' } : { kind: 'holder', holderId: first.holderId }
}

/** @throws NotFound in the words of the person who asked */
export async function batchOf(db: Queryable, id: string): Promise<LoadedBatch> {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
  const batch = isUuid ? await findBatch(db, id) : null
  if (batch === null) throw noSuchBatch(id)
  return batch
}
