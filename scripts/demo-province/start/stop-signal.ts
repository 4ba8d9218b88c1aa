/** Conventional: 128 and the number of SIGINT. */
const forcedStatus = 130

/**
 * Aborts at the first Ctrl-C, termination or closed terminal window, so that everything can be
 * closed in order; the second one ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(forcedStatus)
      stopping.abort()
    })
  }
  return stopping.signal
}
