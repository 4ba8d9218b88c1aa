import type { FromNode } from './desk-protocol.ts'
import { TerminalDeskRefused, type DeskRefusal } from './desk-refused.ts'

/** What waits for one who opened a desk; after a failure nothing else comes. */
export interface DeskInbox {
  put(message: FromNode): void
  /** The first failure stays. */
  fail(error: Error): void
  /**
   * The next message, in order.
   *
   * @param within - milliseconds, and why it is given up after them; null: until a failure
   */
  next(within: { readonly ms: number; readonly fault: DeskRefusal } | null): Promise<FromNode>
}

export function createDeskInbox(): DeskInbox {
  const waiting: FromNode[] = []
  let failure: Error | null = null
  let wake = (): void => undefined
  const change = async (ms: number | null): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      wake = resolve
      if (ms !== null) timer = setTimeout(resolve, ms)
    })
    clearTimeout(timer)
  }
  return {
    put: (message) => {
      waiting.push(message)
      wake()
    },
    fail: (error) => {
      failure ??= error
      wake()
    },
    next: async (within) => {
      if (waiting.length === 0 && failure === null) await change(within?.ms ?? null)
      if (failure !== null) throw failure
      const message = waiting.shift()
      if (message === undefined) throw new TerminalDeskRefused(within?.fault ?? 'connection-lost')
      return message
    },
  }
}
