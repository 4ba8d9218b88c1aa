/** What has been opened so far, to be closed in reverse order. */
export interface Opened {
  /**
   * Remembers how to close something that is now open.
   *
   * @throws the signal's reason once somebody asked to stop; what was given is closed all the same
   */
  keep(close: () => Promise<void>): void
  /** Closes everything, the last first; one failure does not keep the others open. */
  closeAll(): Promise<void>
}

export function createOpened(options: {
  signal: AbortSignal
  onError: (error: unknown) => void
}): Opened {
  const closes: (() => Promise<void>)[] = []
  return {
    keep: (close) => {
      closes.push(close)
      options.signal.throwIfAborted()
    },
    closeAll: async () => {
      for (let close = closes.pop(); close !== undefined; close = closes.pop()) {
        await close().catch(options.onError)
      }
    },
  }
}
