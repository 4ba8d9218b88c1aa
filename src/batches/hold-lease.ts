import type { Clock } from '../clock.ts'
import type { Queryable } from '../db/pool.ts'
import { BatchRefused } from './batch-refused.ts'
import { renewLease, type TakenItem } from './queue-store.ts'

export interface Lease {
  /** @throws BatchRefused `lease-lost`: somebody else may be at work on the request by now */
  check(): void
  /** Renews no more. */
  end(): void
}

/**
 * Keeps a taken request for as long as this process lives. A process that slept through its lease,
 * or cannot reach the database to renew it, has lost it.
 */
export function holdLease(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  item: TakenItem,
  leaseSeconds: number,
): Lease {
  let isLost = false
  let heldUntil = clock.now().getTime() + leaseSeconds * 1000
  const renew = async () => {
    const asked = clock.now().getTime()
    if (await renewLease(db, item, leaseSeconds)) heldUntil = asked + leaseSeconds * 1000
    else isLost = true
  }
  const timer = setInterval(
    () => {
      // What could not be asked is asked again; in the meantime the lease runs.
      renew().catch(() => undefined)
    },
    (leaseSeconds * 1000) / 3,
  )
  return {
    check: () => {
      if (isLost || clock.now().getTime() >= heldUntil)
        throw new BatchRefused('lease-lost', { item: item.number })
    },
    end: () => {
      clearInterval(timer)
    },
  }
}
