import type { Clock } from '../clock.ts'
import { StoreUnavailable } from '../errors.ts'
import { ExpiringMap } from './expiring-map.ts'
import type { ExpiringStore } from './expiring-store.ts'

/** Members of one set, each with the instant at which it ends. */
type Members = Map<string, number>

/**
 * The expiring store of a single process: everything in it ends with the process.
 *
 * What has expired is never shown, and is let go of at the next write.
 */
export function createMemoryStore({ clock }: { clock: Clock }): ExpiringStore {
  const values = new ExpiringMap<string>()
  const sets = new ExpiringMap<Members>()
  let isOpen = true

  /** `work` runs in one turn of the event loop, and that is what makes each method atomic. */
  function inOneTurn<T>(work: (nowMs: number) => T): Promise<T> {
    if (isOpen) return Promise.resolve(work(clock.now().getTime()))
    return Promise.reject(new StoreUnavailable('the in-process store is closed'))
  }

  function write(nowMs: number, key: string, entry: { value: string; ttlSeconds: number }): void {
    values.sweep(nowMs)
    values.set(key, entry.value, nowMs + entry.ttlSeconds * 1000)
  }

  return {
    put: (key, value, ttlSeconds) =>
      inOneTurn((nowMs) => {
        write(nowMs, key, { value, ttlSeconds })
      }),
    putIfAbsent: (key, value, ttlSeconds) =>
      inOneTurn((nowMs) => {
        if (values.get(key, nowMs) !== undefined) return false
        write(nowMs, key, { value, ttlSeconds })
        return true
      }),
    get: (key) => inOneTurn((nowMs) => values.get(key, nowMs) ?? null),
    getMany: (keys) => inOneTurn((nowMs) => keys.map((key) => values.get(key, nowMs) ?? null)),
    takeOnce: (key) =>
      inOneTurn((nowMs) => {
        const value = values.get(key, nowMs) ?? null
        values.delete(key)
        return value
      }),
    delete: (keys) =>
      inOneTurn(() => {
        for (const key of keys) values.delete(key)
        for (const key of keys) sets.delete(key)
      }),
    addMember: (key, member, ttlSeconds) =>
      inOneTurn((nowMs) => {
        sets.sweep(nowMs)
        const members = withMember(liveMembers(sets, key, nowMs), member, nowMs + ttlSeconds * 1000)
        sets.set(key, members, Math.max(...members.values()))
      }),
    removeMember: (key, member) =>
      inOneTurn((nowMs) => {
        const members = sets.get(key, nowMs)
        members?.delete(member)
        if (members?.size === 0) sets.delete(key)
      }),
    members: (key) => inOneTurn((nowMs) => [...liveMembers(sets, key, nowMs).keys()]),
    ping: () => inOneTurn(() => undefined),
    close: () => {
      isOpen = false
      values.clear()
      sets.clear()
      return Promise.resolve()
    },
  }
}

function liveMembers(sets: ExpiringMap<Members>, key: string, nowMs: number): Members {
  const members = sets.get(key, nowMs) ?? new Map<string, number>()
  return new Map([...members].filter(([, expiresAtMs]) => expiresAtMs > nowMs))
}

/** A member that is there already is extended and never cut short. */
function withMember(members: Members, member: string, expiresAtMs: number): Members {
  return members.set(member, Math.max(expiresAtMs, members.get(member) ?? 0))
}
