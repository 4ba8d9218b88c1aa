import { Provider } from 'oidc-provider'

/**
 * Writing to the store behind the library, which waits for one record before it makes the next:
 * the writes of one answer travel together, and the answer waits for all of them.
 *
 * For writes whose outcome decides nothing before the answer. What is used once, a code for
 * instance, is decided by the store's answer and so never comes here.
 */
export interface WriteBehind {
  /** Lets the request that is being answered go on; outside of one, the caller waits for `write`. */
  begin(write: Promise<void>): Promise<void>
  /** Waits for all that was begun for `request`. @throws as the first of them that failed */
  settle(request: object): Promise<void>
}

export function createWriteBehind(): WriteBehind {
  const begun = new WeakMap<object, Promise<void>[]>()
  return {
    begin: (write) => {
      const request: object | undefined = Provider.ctx
      if (request === undefined) return write
      // Heard of at `settle`, and by nobody where the request has failed before it came to that.
      write.catch(() => undefined)
      const writes = begun.get(request)
      if (writes === undefined) begun.set(request, [write])
      else writes.push(write)
      return Promise.resolve()
    },
    settle: async (request) => {
      await Promise.all(begun.get(request) ?? [])
    },
  }
}
