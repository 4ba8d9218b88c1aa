/**
 * Everything that has a lifetime: sessions, codes, challenges, presence. Two implementations,
 * Redis and in-process, pass one contract suite (`test/contracts/expiring-store.ts`).
 *
 * Keys may carry a hash tag in braces (`challenge:{id}`) so that keys used together stay on one
 * node of a Redis Cluster. Every method raises `StoreUnavailable` when the store cannot be asked.
 */
export interface ExpiringStore {
  /** Stores `value`, replacing what was there; it is gone after `ttlSeconds` (whole, > 0). */
  put(key: string, value: string, ttlSeconds: number): Promise<void>
  /** Stores `value` only where nothing is; true for exactly one of many concurrent callers. */
  putIfAbsent(key: string, value: string, ttlSeconds: number): Promise<boolean>
  /** The live value, or null. */
  get(key: string): Promise<string | null>
  /** The live values in the order of `keys`, null for each that is not there. */
  getMany(keys: readonly string[]): Promise<(string | null)[]>
  /** Reads and removes in one atomic step: only one of many concurrent callers gets the value. */
  takeOnce(key: string): Promise<string | null>
  delete(keys: readonly string[]): Promise<void>
  /** Puts `member` into the set at `key`, or extends it; each member expires on its own. */
  addMember(key: string, member: string, ttlSeconds: number): Promise<void>
  removeMember(key: string, member: string): Promise<void>
  /** The live members, in no order. */
  members(key: string): Promise<string[]>
  /** Resolves while the store answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
