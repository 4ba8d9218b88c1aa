import { Provider } from 'oidc-provider'
import type { ExpiringStore } from '../db/expiring-store.ts'

/**
 * Reading the store ahead of the library, which asks for one record after the other: whoever reads
 * a code knows that its session, sign-in and grant come next, and has them travel together.
 */
export interface ReadAhead {
  /** Starts to read `keys` for the request that is being answered; outside of one, nothing. */
  expect(keys: readonly string[]): void
  /** What was read ahead, once; without that, what the store holds now. */
  get(key: string): Promise<string | null>
}

export function createReadAhead(store: ExpiringStore): ReadAhead {
  const ahead = new WeakMap<object, Map<string, Promise<string | null>>>()
  const ofThisRequest = () => (Provider.ctx === undefined ? undefined : ahead.get(Provider.ctx))
  return {
    expect: (keys) => {
      if (Provider.ctx === undefined) return
      const values = ofThisRequest() ?? new Map<string, Promise<string | null>>()
      ahead.set(Provider.ctx, values)
      for (const key of keys) values.set(key, readQuietly(store, key))
    },
    get: (key) => {
      const values = ofThisRequest()
      const value = values?.get(key)
      values?.delete(key)
      return value ?? store.get(key)
    },
  }
}

/** Where nobody comes to ask after all, a failure is nobody's. */
function readQuietly(store: ExpiringStore, key: string): Promise<string | null> {
  const value = store.get(key)
  value.catch(() => undefined)
  return value
}
