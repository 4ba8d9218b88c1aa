/** Holds the one message that may wait: the other end sends the next when it has its answer. */
export interface Mailbox {
  /** @returns false when one is waiting already */
  put(message: string): boolean
  /** null once `signal` has aborted. */
  next(): Promise<string | null>
}

export function createMailbox(signal: AbortSignal): Mailbox {
  let waiting: string | null = null
  let wake = (): void => undefined
  signal.addEventListener('abort', () => {
    wake()
  })
  return {
    put: (message) => {
      if (waiting !== null) return false
      waiting = message
      wake()
      return true
    },
    next: async () => {
      if (waiting === null && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const message = signal.aborted ? null : waiting
      waiting = null
      return message
    },
  }
}
