import type { AdapterPayload, ClientAuthorizationState } from 'oidc-provider'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { revokeGrants, takeSession } from './stored-models.ts'
import {
  deliverLogouts,
  type DeliveryDeps,
  type LogoutNotice,
  type LogoutReceipt,
} from './logout-delivery.ts'
import type { SessionIndex, SessionSubject } from './session-index.ts'

export interface EndSessionsDeps extends DeliveryDeps {
  readonly store: ExpiringStore
  readonly sessions: SessionIndex
}

/**
 * Ends every session that rests on a holder, a card or a terminal, and tells every application of
 * each. All of them are dead before the first application is told. Any number of nodes may do this
 * at once: each session is taken by one of them, which alone has receipts to return.
 *
 * Change the registry first: a sign-in that is just coming in is then either seen here or refused
 * by `find-account.ts`.
 *
 * @throws StoreUnavailable: some sessions may live on; call again
 */
export async function endSessions(
  deps: EndSessionsDeps,
  subject: SessionSubject,
): Promise<LogoutReceipt[]> {
  const uids = await deps.sessions.sessionsOf(subject)
  const ended = await Promise.allSettled(uids.map((uid) => killSession(deps, uid)))
  const notices = ended.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const receipts = await deliverLogouts(deps, notices)
  const failure = ended.find((one) => one.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return receipts
}

/**
 * Kills one session with all its tokens and says whom to tell; nobody where it was dead already.
 *
 * @param options.keepOfflineAccess - for a person who signs out: refresh tokens that they allowed
 *   to outlive the session go on (OpenID Connect Core §11)
 */
export async function killSession(
  deps: EndSessionsDeps,
  sessionUid: string,
  { keepOfflineAccess = false }: { keepOfflineAccess?: boolean } = {},
): Promise<LogoutNotice[]> {
  // 1. Without its sign-in no single sign-on, refresh or redemption passes.
  if (!keepOfflineAccess) await dropSignIn(deps, sessionUid)
  // 2. The record of the session names the clients; one of many concurrent callers gets it.
  const session = await takeSession(deps.store, sessionUid)
  const all = Object.values(session?.authorizations ?? {})
  const ending = all.filter(({ persistsLogout }) => !(keepOfflineAccess && persistsLogout === true))
  await revokeGrants(deps.store, grantIdsOf(ending))
  // 3. Offline access rests on the sign-in; where there is none, nothing else needs it.
  if (keepOfflineAccess && ending.length === all.length) await dropSignIn(deps, sessionUid)
  return noticesOf(sessionUid, session)
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

function noticesOf(sessionUid: string, session: AdapterPayload | null): LogoutNotice[] {
  const holderId = session?.accountId
  if (holderId === undefined) return []
  return Object.entries(session?.authorizations ?? {}).map(([clientId, { sid }]) => {
    return { sessionUid, clientId, holderId, sid }
  })
}
