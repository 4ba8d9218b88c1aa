import type { ExpiringStore } from '../db/expiring-store.ts'
import type { Amr, AssuranceLevel, SignInMethod, UsedPassTerms } from '../holders/authentication.ts'
import type { CardKind, KeySlot } from '../holders/card-kind.ts'
import type { ReadAhead } from './read-ahead.ts'
import { signInKey, subjectKey } from './store-keys.ts'

/** What a live session rests on: the last sign-in in it. As in `Authentication`. */
export interface SignIn {
  readonly method: SignInMethod
  readonly holderId: string
  readonly cardUuid: string | null
  readonly cardKind: CardKind
  readonly keySlot: KeySlot | null
  readonly terminalId: string | null
  readonly passkeyId: string | null
  readonly pass?: UsedPassTerms
  readonly level: AssuranceLevel
  readonly amr: readonly Amr[]
  /** Seconds since 1970-01-01T00:00:00Z, as `auth_time` counts. */
  readonly at: number
}

/** Whose sessions are meant. */
export interface SessionSubject {
  readonly kind: 'holder' | 'card' | 'terminal' | 'passkey' | 'pass'
  readonly id: string
}

/**
 * Which sessions rest on which holder, card, terminal, passkey and pass, and on which sign-in each rests.
 *
 * A session is live while its sign-in is here: without it no single sign-on, refresh or look at
 * the user info passes, whatever else the store still holds.
 */
export interface SessionIndex {
  /** The session can be found by its subjects before it is live: a failure leaves it dead. */
  record(sessionUid: string, signIn: SignIn, ttlSeconds: number): Promise<void>
  /** null: the session never was, has expired or was ended. */
  find(sessionUid: string): Promise<SignIn | null>
  /** From here on the session is dead. Only one of many concurrent callers gets the sign-in. */
  take(sessionUid: string): Promise<SignIn | null>
  /** Drops an ended session from its subjects; the last step of ending it. */
  forget(sessionUid: string, signIn: SignIn): Promise<void>
  /** Session uids, in no order; some may have expired. */
  sessionsOf(subject: SessionSubject): Promise<string[]>
}

export function createSessionIndex(store: ExpiringStore, reads: ReadAhead): SessionIndex {
  return {
    record: async (uid, signIn, ttlSeconds) => {
      await Promise.all(subjectKeys(signIn).map((key) => store.addMember(key, uid, ttlSeconds)))
      await store.put(signInKey(uid), JSON.stringify(signIn), ttlSeconds)
    },
    find: async (uid) => parse(await reads.get(signInKey(uid))),
    take: async (uid) => parse(await store.takeOnce(signInKey(uid))),
    forget: async (uid, signIn) => {
      await Promise.all(subjectKeys(signIn).map((key) => store.removeMember(key, uid)))
    },
    sessionsOf: (subject) => store.members(subjectKey(subject)),
  }
}

function subjectKeys({ holderId, cardUuid, terminalId, passkeyId, pass }: SignIn): string[] {
  const subjects = [
    { kind: 'holder', id: holderId },
    { kind: 'card', id: cardUuid },
    { kind: 'terminal', id: terminalId },
    { kind: 'passkey', id: passkeyId },
    { kind: 'pass', id: pass?.passId ?? null },
  ] as const
  return subjects.flatMap(({ kind, id }) => (id === null ? [] : [subjectKey({ kind, id })]))
}

function parse(stored: string | null): SignIn | null {
  if (stored === null) return null
  // Sessions live on from a version in which cards were the only way.
  return {
    method: 'card',
    passkeyId: null,
    ...(JSON.parse(stored) as Omit<SignIn, 'method' | 'passkeyId'>),
  }
}
