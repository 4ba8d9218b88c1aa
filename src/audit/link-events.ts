import type { Database, Queryable } from '../db/pool.ts'
import { AppError } from '../errors.ts'
import type { AuditRecord } from './audit-record.ts'
import { canonicalEvent, chainStart, linkHash } from './canonical-event.ts'
import {
  insertLinks,
  isMoved,
  readCursor,
  readUnlinked,
  tryLockChain,
  type ChainLink,
} from './chain-store.ts'

/**
 * The last event of the chain was written on another PostgreSQL, whose transactions had higher
 * numbers: new events cannot be put into order before an administrator has told of the move.
 */
export class AuditChainMoved extends AppError {
  readonly code = 'AUDIT_CHAIN_MOVED'
}

export interface LinkRun {
  readonly linked: number
  /** Another linker is at work, and does what there is to do. */
  readonly isBusy: boolean
}

/** How many events become links in one transaction. */
export const linkBatchSize = 5_000

/**
 * Puts events into the chain, up to one batch of them: those that no running transaction can come
 * before any more. Any number of nodes may call this at once.
 *
 * @throws AuditChainMoved
 */
export async function linkEvents(db: Pick<Database, 'inTransaction'>): Promise<LinkRun> {
  return db.inTransaction(async (tx) => {
    if (!(await tryLockChain(tx))) return { linked: 0, isBusy: true }
    return { linked: await linkBatch(tx), isBusy: false }
  })
}

/**
 * Inside a transaction that has locked the chain.
 *
 * @param options.isSettled - true where no transaction of this PostgreSQL wrote what is left over
 */
export async function linkBatch(
  tx: Queryable,
  { isSettled = false }: { readonly isSettled?: boolean } = {},
): Promise<number> {
  if (!isSettled) await checkNotMoved(tx)
  const { tail, ...cursor } = await readCursor(tx)
  const events = await readUnlinked(tx, cursor, { limit: linkBatchSize, isSettled })
  if (events.length > 0) await insertLinks(tx, chainOn(tail, events))
  return events.length
}

/** @throws AuditChainMoved */
export async function checkNotMoved(db: Queryable): Promise<void> {
  if (!(await isMoved(db))) return
  throw new AuditChainMoved(
    'The registry was moved to another PostgreSQL. Tell the chain: `ecard audit checkpoint --moved`.',
  )
}

function chainOn(tail: ChainLink | null, events: readonly AuditRecord[]): ChainLink[] {
  let { seq, hash } = tail ?? { seq: 0, hash: chainStart }
  return events.map((event) => {
    hash = linkHash(hash, canonicalEvent(event))
    seq += 1
    return { seq, hash, key: { xid: BigInt(event.xid), id: BigInt(event.id) } }
  })
}
