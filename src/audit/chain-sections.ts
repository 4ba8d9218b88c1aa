import type { Queryable } from '../db/pool.ts'
import type { AuditPublicKey } from './audit-keys.ts'
import { lowestKey, type ChainLink } from './chain-store.ts'
import { readRestarts } from './checkpoint-store.ts'
import { proveCheckpoint } from './judge-checkpoints.ts'
import type { ChainSection } from './load-batch.ts'

/** The chain in the parts that signed restarts make of it; one where the registry never moved. */
export async function readSections(
  db: Queryable,
  keys: readonly AuditPublicKey[],
  tail: ChainLink | null,
): Promise<ChainSection[]> {
  const stored = await readRestarts(db)
  const restarts = stored.flatMap((one) => {
    const proven = proveCheckpoint(one, keys)
    if (proven?.restartAfterId == null) return []
    return [{ seq: proven.seq, afterId: BigInt(proven.restartAfterId) }]
  })
  const begins = [{ seq: 0, afterId: lowestKey.id }, ...restarts]
  return begins.map(({ seq, afterId }, index) => {
    const next = begins[index + 1]
    return {
      afterSeq: seq,
      upToSeq: next?.seq ?? Math.max(tail?.seq ?? 0, seq),
      afterId,
      upToId: next?.afterId ?? null,
    }
  })
}
