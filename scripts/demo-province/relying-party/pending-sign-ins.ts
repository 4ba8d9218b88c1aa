import type { Clock } from '../../../src/clock.ts'
import type { Random } from '../../../src/random.ts'
import type { PendingSignIn } from './sign-in.ts'

/** Sign-ins whose browser is away at the sign-in service; each is taken once. */
export interface PendingSignIns {
  /** An unguessable key for the browser's cookie. */
  keep(pending: PendingSignIn): string
  /** null for a key that is unknown, used or too old. */
  take(key: string | undefined): PendingSignIn | null
}

const lifetimeMinutes = 15
const maxPending = 1000

export function createPendingSignIns(deps: { clock: Clock; random: Random }): PendingSignIns {
  const kept = new Map<string, { pending: PendingSignIn; until: number }>()
  return {
    keep: (pending) => {
      const key = deps.random.bytes(32).toString('base64url')
      const [oldest] = kept.keys()
      if (kept.size >= maxPending && oldest !== undefined) kept.delete(oldest)
      kept.set(key, { pending, until: deps.clock.now().getTime() + lifetimeMinutes * 60_000 })
      return key
    },
    take: (key = '') => {
      const found = kept.get(key)
      kept.delete(key)
      if (found === undefined || found.until < deps.clock.now().getTime()) return null
      return found.pending
    },
  }
}
