/**
 * Messages between the nodes of the service, to whoever listens now: nothing is stored, so a
 * message is a hint that state changed and never the only copy of it.
 */
export interface MessageBus {
  publish(channel: string, message: string): Promise<void>
  /** Resolves once messages will arrive; call what it returns to stop. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
