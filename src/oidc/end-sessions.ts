import type { AdapterPayload, ClientAuthorizationState } from 'oidc-provider'
import type { Clock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import type { Ended, EndedStandingStore } from './ended-standing-store.ts'
import type {
  LogoutCause,
  LogoutNotice,
  LogoutReceipt,
  TakenNotice,
} from './logout-notice-store.ts'
import type { LogoutOutbox } from './logout-outbox.ts'
import type { SessionIndex, SessionSubject } from './session-index.ts'
import { readSession, revokeGrants, takeSession } from './stored-models.ts'

export interface EndSessionsDeps {
  readonly store: ExpiringStore
  readonly sessions: SessionIndex
  readonly outbox: LogoutOutbox
  readonly endings: EndedStandingStore
  readonly clock: Clock
}

/** A terminal or holder may have hundreds of sessions, the database a few connections. */
const sessionsAtOnce = 16

/**
 * Ends every session that rests on a holder, a card, a terminal and so on, and tells every
 * application of each. All of them are dead before the first application is told. Any number of
 * nodes may do this at once: of one application's notice, one of them gets the telling.
 *
 * Change the registry first: a sign-in that is just coming in is then either seen here or refused
 * by `find-account.ts`. What the registry keeps as ended stays open until all of it is written
 * down, so whatever stops this process, `watch-logout-notices.ts` of any node goes on there.
 *
 * @returns the first attempts of this node; what is `open` goes on being tried
 * @throws StoreUnavailable, DatabaseUnavailable: some sessions may live on; call again
 */
export async function endSessions(
  deps: EndSessionsDeps,
  subject: SessionSubject,
): Promise<LogoutReceipt[]> {
  const endingIds = await deps.endings.openOf(subject)
  const cause: LogoutCause = { ...namesOf(subject), endingId: endingIds.at(-1) ?? null }
  const uids = await deps.sessions.sessionsOf(subject)
  const ended: PromiseSettledResult<TakenNotice[]>[] = []
  for (let start = 0; start < uids.length; start += sessionsAtOnce) {
    const some = uids.slice(start, start + sessionsAtOnce)
    ended.push(...(await Promise.allSettled(some.map((uid) => killSession(deps, uid, { cause })))))
  }
  const failure = ended.find((one) => one.status === 'rejected')
  if (failure === undefined) await deps.endings.close(endingIds)
  const notices = ended.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const receipts = await deps.outbox.tell(notices)
  if (failure !== undefined) throw failure.reason
  return receipts
}

/**
 * A person signs out, or another takes their place in this browser. Refresh tokens that they
 * allowed to outlive the session go on (OpenID Connect Core §11). Each application is tried once
 * before this returns: milliseconds, or the time-out of one that is away.
 */
export async function signOut(deps: EndSessionsDeps, sessionUid: string): Promise<void> {
  await deps.outbox.tell(await killSession(deps, sessionUid, { keepOfflineAccess: true }))
}

/**
 * Kills one session with all its tokens and says whom this caller has to tell; nobody where
 * another one does, or it was dead already.
 *
 * Whom to tell is known from the session's record alone. So it is written down before the record
 * goes, and the record before the session leaves the index of its subjects: after a crash at any
 * point it is found again and told of, where nobody was told before.
 *
 * @param options.cause - not for a person who signs out
 */
async function killSession(
  deps: EndSessionsDeps,
  sessionUid: string,
  options: { readonly cause?: LogoutCause; readonly keepOfflineAccess?: boolean },
): Promise<TakenNotice[]> {
  const { keepOfflineAccess = false } = options
  // 1. Without its sign-in no single sign-on, refresh or redemption passes: the session is dead.
  const signIn = keepOfflineAccess ? null : await deps.sessions.take(sessionUid)
  // 2. Its record names the clients.
  const known = await readSession(deps.store, sessionUid)
  const written = await deps.outbox.write(noticesOf(sessionUid, known, options.cause))
  // 3. One of many concurrent callers gets the record, with clients that came in meanwhile.
  const taken = await takeSession(deps.store, sessionUid)
  const late = withoutKnown(taken, known)
  if (late !== null)
    written.push(...(await deps.outbox.write(noticesOf(sessionUid, late, options.cause))))
  // 4. Tokens rest on grants, offline access on the sign-in.
  const all = Object.values(taken?.authorizations ?? known?.authorizations ?? {})
  const ending = all.filter(({ persistsLogout }) => !(keepOfflineAccess && persistsLogout === true))
  await revokeGrants(deps.store, grantIdsOf(ending))
  if (keepOfflineAccess && ending.length === all.length) await dropSignIn(deps, sessionUid)
  if (signIn !== null) await deps.sessions.forget(sessionUid, signIn)
  return written
}

/** From here on the session is dead. */
export async function dropSignIn(
  { sessions }: { sessions: SessionIndex },
  sessionUid: string,
): Promise<void> {
  const signIn = await sessions.take(sessionUid)
  if (signIn !== null) await sessions.forget(sessionUid, signIn)
}

function grantIdsOf(authorizations: readonly ClientAuthorizationState[]): string[] {
  return authorizations.flatMap(({ grantId }) => (grantId === undefined ? [] : [grantId]))
}

/** The record with the clients that `known` does not have; null where there are none. */
function withoutKnown(
  taken: AdapterPayload | null,
  known: AdapterPayload | null,
): AdapterPayload | null {
  const seen = known?.authorizations ?? {}
  const all = Object.entries(taken?.authorizations ?? {})
  const late = all.filter(([clientId]) => !(clientId in seen))
  return late.length === 0 ? null : { ...taken, authorizations: Object.fromEntries(late) }
}

/** One for each client that the session was used at. */
export function noticesOf(
  sessionUid: string,
  session: Pick<AdapterPayload, 'accountId' | 'authorizations' | 'loginTs'> | null,
  cause?: LogoutCause,
): LogoutNotice[] {
  const holderId = session?.accountId
  if (holderId === undefined) return []
  const signedInAt = new Date((session?.loginTs ?? 0) * 1000)
  const ownWish: LogoutCause = { kind: 'sign-out', id: holderId, endingId: null }
  return Object.entries(session?.authorizations ?? {}).map(([clientId, { sid }]) => {
    return { sessionUid, signedInAt, clientId, holderId, sid, cause: cause ?? ownWish }
  })
}

function namesOf({ kind, id }: SessionSubject): Ended {
  return { kind, id }
}
