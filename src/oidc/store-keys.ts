import type { SessionSubject } from './session-index.ts'

// Braces are the hash tag of Redis Cluster: keys that are used in one command share it.

/** A record of the library. */
export function recordKey(model: string, id: string): string {
  return `oidc:${model}:{${id}}`
}

/** The mark that a code or refresh token has been used. */
export function usedKey(model: string, id: string): string {
  return `${recordKey(model, id)}:used`
}

/** The session itself, by the uid that stays. */
export function sessionKey(uid: string): string {
  return recordKey('Session', uid)
}

/** The uid of a session, by the id in its cookie, which changes at each sign-in. */
export function sessionCookieKey(id: string): string {
  return `oidc:session-of-cookie:{${id}}`
}

/** The sign-in that a session rests on. */
export function signInKey(sessionUid: string): string {
  return `oidc:sign-in:{${sessionUid}}`
}

/** The sessions that rest on a holder, card, terminal, passkey or pass. */
export function subjectKey({ kind, id }: SessionSubject): string {
  return `oidc:sessions-of-${kind}:{${id}}`
}
