import type { Request, Response } from 'express'
import type { JWTVerifyGetKey } from 'jose'
import type { Log } from '../../../src/log.ts'
import type { Random } from '../../../src/random.ts'
import type { Address } from '../addresses.ts'
import { readCookies } from '../sites/cookies.ts'
import { createLiveFeed, type LiveFeed } from '../sites/live-feed.ts'
import { createSiteApp, languageOf, openSite, type Site } from '../sites/site.ts'
import { applicationPage, type Notice } from './application-page.tsx'
import { createLocalSessions, type LocalSessions, type SignedIn } from './local-sessions.ts'
import { LogoutTokenRefused, verifyLogoutToken } from './logout-token.ts'
import { createPendingSignIns, type PendingSignIns } from './pending-sign-ins.ts'
import {
  createSignInFlow,
  type PendingSignIn,
  type SignInFlow,
  type SignInSettings,
} from './sign-in.ts'

export interface RelyingPartyDeps extends SignInSettings {
  readonly address: Address
  /** Where the list of applications is. */
  readonly portal: string
  /** The sign-in service's keys, for logout tokens. */
  readonly issuerKeys: JWTVerifyGetKey
  readonly random: Random
  readonly log: Log
  /** Called after every first visit, sign-in and sign-out. */
  readonly onChange: () => void
}

/** One shared application: a site of its own that trusts the sign-in service and nobody else. */
export interface RelyingParty extends Site {
  /** Who the browser with these cookies is here; null when signed out. */
  signedInWith(cookieHeader: string | undefined): SignedIn | null
  visited(): boolean
  everSignedIn(): boolean
}

/** What the handlers of one application share. */
interface Party extends RelyingPartyDeps {
  readonly flow: SignInFlow
  readonly sessions: LocalSessions
  readonly pending: PendingSignIns
  readonly usedTokens: Set<string>
  readonly feed: LiveFeed
  readonly history: { visited: boolean; everSignedIn: boolean }
  readonly sessionCookie: string
  readonly pendingCookie: string
}

export async function openRelyingParty(deps: RelyingPartyDeps): Promise<RelyingParty> {
  const party: Party = {
    ...deps,
    flow: createSignInFlow(deps),
    sessions: createLocalSessions(deps.random),
    pending: createPendingSignIns(deps),
    usedTokens: new Set(),
    feed: createLiveFeed(),
    history: { visited: false, everSignedIn: false },
    sessionCookie: `${deps.application.id}_session`,
    pendingCookie: `${deps.application.id}_sign_in`,
  }
  const app = createSiteApp({ address: deps.address, formTargets: [deps.issuer] })
  app.get('/', (req, res) => {
    showPage(party, req, res)
  })
  app.get('/events', (req, res) => {
    party.feed.serve(req, res, () => ({ signedIn: sessionOf(party, req) !== null }))
  })
  app.get('/sign-in', (req, res) => beginSignIn(party, req, res))
  app.get('/signed-in', (req, res) => finishSignIn(party, req, res))
  app.post('/sign-out', (req, res) => signOut(party, req, res))
  app.post('/backchannel-logout', (req, res) => logOutByBackChannel(party, req, res))
  const site = await openSite(app, deps.address, deps.log)
  return {
    ...site,
    signedInWith: (cookie) => sessionOf(party, { headers: { cookie } }),
    visited: () => party.history.visited,
    everSignedIn: () => party.history.everSignedIn,
  }
}

function showPage(party: Party, req: Request, res: Response): void {
  const { application, portal } = party
  const notice = takeNotice(party, req)
  const signedIn = sessionOf(party, req)
  res.set('Cache-Control', 'no-store')
  res.send(applicationPage({ application, notice, signedIn, language: languageOf(req), portal }))
  if (party.history.visited) return
  party.history.visited = true
  party.onChange()
}

async function beginSignIn(party: Party, req: Request, res: Response): Promise<void> {
  try {
    const { url, pending } = await party.flow.begin(languageOf(req))
    res.cookie(party.pendingCookie, party.pending.keep(pending), cookieOptions)
    res.redirect(303, url.href)
  } catch (error) {
    // The service does not answer: say so at the door, where the next try starts.
    party.log.error('demo.sign-in-failed', error, { application: party.application.id })
    res.redirect(303, '/?notice=failed')
  }
}

async function finishSignIn(party: Party, req: Request, res: Response): Promise<void> {
  const pending = party.pending.take(readCookies(req.headers.cookie)[party.pendingCookie])
  res.clearCookie(party.pendingCookie, cookieOptions)
  const notice = pending === null ? 'failed' : await startSession(party, pending, { req, res })
  res.redirect(303, notice === null ? '/' : `/?notice=${notice}`)
  changed(party)
}

/** null when the visitor is in, else what to say at the door. */
async function startSession(
  party: Party,
  pending: PendingSignIn,
  { req, res }: { req: Request; res: Response },
): Promise<Notice | null> {
  try {
    const signedIn = await party.flow.finish(new URL(req.originalUrl, party.origin), pending)
    // A new sign-in, a new id: whatever session this browser had is over.
    party.sessions.end(sessionIdOf(party, req))
    const id = party.sessions.start(signedIn)
    if (id === null) return 'ended'
    res.cookie(party.sessionCookie, id, cookieOptions)
    party.history.everSignedIn = true
    return null
  } catch (error) {
    if (oauthErrorOf(error) === 'access_denied') return 'cancelled'
    party.log.error('demo.sign-in-failed', error, { application: party.application.id })
    return 'failed'
  }
}

async function signOut(party: Party, req: Request, res: Response): Promise<void> {
  const ended = party.sessions.end(sessionIdOf(party, req))
  res.clearCookie(party.sessionCookie, cookieOptions)
  changed(party)
  const next = ended === null ? '/' : (await party.flow.signOutUrl(ended, languageOf(req))).href
  res.redirect(303, next)
}

/** Back-Channel Logout 1.0 §2.5 to §2.8: a token ends what it names, and does so once. */
async function logOutByBackChannel(party: Party, req: Request, res: Response): Promise<void> {
  res.set('Cache-Control', 'no-store')
  const application = party.application.id
  try {
    const body = req.body as { logout_token?: unknown } | undefined
    const sessions = await endNamedSessions(party, body?.logout_token)
    party.log.info('demo.back-channel-logout', { application, sessions })
    res.sendStatus(200)
  } catch (error) {
    if (!(error instanceof LogoutTokenRefused)) throw error
    party.log.error('demo.back-channel-logout-refused', error, { application })
    res.status(400).json({ error: 'invalid_request' })
  }
}

async function endNamedSessions(party: Party, received: unknown): Promise<number> {
  const token = await verifyLogoutToken(received, {
    issuer: party.issuer,
    clientId: party.application.id,
    keys: party.issuerKeys,
    now: party.clock.now(),
  })
  if (party.usedTokens.has(token.id)) throw new LogoutTokenRefused('used before')
  party.usedTokens.add(token.id)
  const count = party.sessions.endAll(token)
  changed(party)
  return count
}

function takeNotice(party: Party, req: Request): Notice | null {
  if (party.sessions.takeEndedElsewhere(sessionIdOf(party, req))) return 'ended'
  const { notice } = req.query
  return notice === 'cancelled' || notice === 'failed' || notice === 'ended' ? notice : null
}

function changed(party: Party): void {
  party.feed.changed()
  party.onChange()
}

interface WithCookies {
  readonly headers: { readonly cookie?: string | undefined }
}

function sessionOf(party: Party, req: WithCookies): SignedIn | null {
  return party.sessions.find(sessionIdOf(party, req))
}

function sessionIdOf(party: Party, req: WithCookies): string | undefined {
  return readCookies(req.headers.cookie)[party.sessionCookie]
}

/** Lax, so that the session is there when the browser comes back from the sign-in service. */
const cookieOptions = { httpOnly: true, sameSite: 'lax', path: '/' } as const

/** The error of an authorization response (RFC 6749 §4.1.2.1). */
function oauthErrorOf(error: unknown): unknown {
  return error instanceof Error && 'error' in error ? error.error : null
}
