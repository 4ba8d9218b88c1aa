import type { ExpiringStore } from '../db/expiring-store.ts'
import type { SignInRequest } from './protocol.ts'

/** A connection that stops refreshing, with its node or without, is away after this long. */
export const presenceTtlSeconds = 60

/**
 * Which terminals are connected, to whichever node, and what each was asked last.
 *
 * A terminal's connections are members of a set: when it reconnects to another node, the node that
 * notices the old connection's end takes away its own member and never the new one's.
 */
export interface TerminalPresence {
  appear(terminalId: string, connectionId: string): Promise<void>
  leave(terminalId: string, connectionId: string): Promise<void>
  isOnline(terminalId: string): Promise<boolean>
  /** Kept so that an agent which reconnects in mid-sign-in is asked again. */
  keepPending(terminalId: string, request: SignInRequest, ttlSeconds: number): Promise<void>
  pending(terminalId: string): Promise<SignInRequest | null>
  forgetPending(terminalId: string): Promise<void>
}

export function createTerminalPresence(store: ExpiringStore): TerminalPresence {
  const connections = (terminalId: string) => `terminal:{${terminalId}}:connections`
  const asked = (terminalId: string) => `terminal:{${terminalId}}:pending`
  return {
    appear: (terminalId, connectionId) =>
      store.addMember(connections(terminalId), connectionId, presenceTtlSeconds),
    leave: (terminalId, connectionId) => store.removeMember(connections(terminalId), connectionId),
    isOnline: async (terminalId) => (await store.members(connections(terminalId))).length > 0,
    keepPending: (terminalId, request, ttlSeconds) =>
      store.put(asked(terminalId), JSON.stringify(request), ttlSeconds),
    pending: async (terminalId) => {
      const kept = await store.get(asked(terminalId))
      // Our own writing: only this module puts a value under this key.
      return kept === null ? null : (JSON.parse(kept) as SignInRequest)
    },
    forgetPending: (terminalId) => store.delete([asked(terminalId)]),
  }
}
