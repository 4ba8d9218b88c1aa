import type { KoaContextWithOIDC } from 'oidc-provider'
import { dropSignIn, noticesOf, signOut, type EndSessionsDeps } from './end-sessions.ts'
import { orUnavailable } from './unavailable.ts'

/**
 * Ends the session at once where the application proves with an ID token of this very session that
 * it may ask for that (OpenID Connect RP-Initiated Logout 1.0 §2: the person must be asked only
 * without such a proof). false: the person has to be asked.
 */
export async function logOutIfProven(
  deps: EndSessionsDeps,
  ctx: KoaContextWithOIDC,
): Promise<boolean> {
  const { session } = ctx.oidc
  if (session === undefined || !isHintOfThisSession(ctx)) return false
  await orUnavailable(signOut(deps, session.uid))
  await session.destroy()
  redirect(ctx, logoutTarget(ctx))
  return true
}

/** The library has checked signature, issuer and audience of the hint; this asks whose it is. */
function isHintOfThisSession({ oidc }: KoaContextWithOIDC): boolean {
  const hint = oidc.entities.IdTokenHint?.payload
  const { session, client } = oidc
  if (hint === undefined || client === undefined || session?.accountId === undefined) return false
  const sid = session.sidFor(client.clientId)
  return hint['sub'] === session.accountId && (hint['sid'] === undefined || hint['sid'] === sid)
}

/**
 * What is left to do after the library, before its answer leaves. Where the library would send a
 * page that submits itself by an inline script, the browser is sent on directly instead.
 */
export async function finishLogout(deps: EndSessionsDeps, ctx: KoaContextWithOIDC): Promise<void> {
  const { route, session } = ctx.oidc
  if (session === undefined || ctx.status >= 400) return
  if (route === 'end_session_confirm') await forgetLoggedOut(deps, ctx)
  if (ctx.status !== 200) return
  if (route === 'end_session' && session.accountId === undefined) redirect(ctx, logoutTarget(ctx))
  if (route === 'resume' && session.state?.['postLogoutRedirectUri'] !== undefined)
    await switchUser(deps, ctx, session.uid)
}

/** The person pressed the button: the library has told the clients and deleted the session. */
async function forgetLoggedOut(deps: EndSessionsDeps, { oidc }: KoaContextWithOIDC): Promise<void> {
  const session = oidc.session as (typeof oidc.session & { destroyed?: boolean }) | undefined
  if (session?.destroyed !== true) return
  const offline = Object.values(session.authorizations ?? {}).some((one) => one.persistsLogout)
  if (!offline) await dropSignIn(deps, session.uid)
}

/**
 * Somebody else signed in while this browser's session is another person's: that session ends,
 * its applications are told, and the new sign-in goes on with a new one.
 */
async function switchUser(
  deps: EndSessionsDeps,
  ctx: KoaContextWithOIDC,
  oldSessionUid: string,
): Promise<void> {
  await signOut(deps, oldSessionUid)
  redirect(ctx, ctx.oidc.urlFor('resume', { uid: ctx.oidc.entities.Interaction?.uid }))
}

/** A client that the library's own logout could not tell gets further attempts. */
export async function retryAfterLibrary(
  deps: EndSessionsDeps,
  { oidc }: KoaContextWithOIDC,
  told: { clientId: string; holderId: string; sid: string | undefined },
): Promise<void> {
  const { uid = '', loginTs } = oidc.session ?? {}
  const authorizations = { [told.clientId]: told.sid === undefined ? {} : { sid: told.sid } }
  const missed = noticesOf(uid, { accountId: told.holderId, loginTs, authorizations })
  await deps.outbox.retry(await deps.outbox.write(missed))
}

/** The library has checked the address against the client's registered ones. */
function logoutTarget({ oidc }: KoaContextWithOIDC): string {
  const wanted = oidc.params?.['post_logout_redirect_uri']
  if (typeof wanted !== 'string') return oidc.urlFor('end_session_success')
  const target = new URL(wanted)
  const state = oidc.params?.['state']
  if (typeof state === 'string') target.searchParams.set('state', state)
  return target.href
}

function redirect(ctx: KoaContextWithOIDC, address: string): void {
  ctx.status = 303
  ctx.redirect(address)
}
