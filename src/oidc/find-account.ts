import { errors, type Account, type FindAccount, type KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../clock.ts'
import type { SignInMethod } from '../holders/authentication.ts'
import type { HolderForClaims, SignInMeans } from '../holders/holder-claims-store.ts'
import type { Holder } from '../holders/holder.ts'
import { claimsOf } from './claims.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { SessionIndex, SignIn } from './session-index.ts'
import { orUnavailable } from './unavailable.ts'

/** The library's account, with the sign-in that it rests on and the agencies it acts for. */
export interface SignedInAccount extends Account {
  readonly signIn: SignIn
  readonly agencyPaths: readonly (readonly string[])[]
  readonly holder: Holder
}

export interface FindAccountDeps {
  readonly holders: {
    findForClaims(holderId: string, means: SignInMeans): Promise<HolderForClaims | null>
  }
  readonly sessions: SessionIndex
  readonly lifetimes: Lifetimes
  /** Whether passkeys sign in while their holder has no usable card of their kind. */
  readonly mayPasskeysStandAlone: boolean
  readonly clock: Clock
}

/**
 * Finds who a session or a token stands for, as they are now: one look at the database each time,
 * so that a suspended card, a revoked certificate, a holder who left or a withdrawn terminal is refused at the next single
 * sign-on, refresh or look at the user info, whether or not their sessions have been ended yet.
 */
export function createFindAccount(deps: FindAccountDeps): FindAccount {
  return (ctx, holderId, token) => {
    const signIn = newSignIn(ctx)
    if (signIn !== null) return orUnavailable(enterSession(deps, ctx, signIn))
    const sessionUid = token === undefined ? ctx.oidc.session?.uid : sessionUidOf(token)
    return orUnavailable(accountInSession(deps, sessionUid, holderId))
  }
}

/** Who is signed in in this session, as they are now; undefined: nobody (any more). */
export async function accountInSession(
  deps: FindAccountDeps,
  sessionUid: string | undefined,
  holderId: string,
): Promise<SignedInAccount | undefined> {
  if (sessionUid === undefined) return undefined
  const known = await deps.sessions.find(sessionUid)
  return known?.holderId === holderId ? accountOf(deps, known) : undefined
}

/** The sign-in that `completeSignIn` left for this very request, or null. */
function newSignIn(ctx: KoaContextWithOIDC): SignIn | null {
  const { route, result } = ctx.oidc
  if (route !== 'resume' || result?.login === undefined) return null
  return result['signIn'] as SignIn
}

/**
 * Puts the session on its new sign-in. The index comes first and the look at the registry after:
 * whoever ends sessions changes the registry first and reads the index after, so of the two one
 * always sees the other.
 */
async function enterSession(
  deps: FindAccountDeps,
  ctx: KoaContextWithOIDC,
  signIn: SignIn,
): Promise<SignedInAccount> {
  const sessionUid = ctx.oidc.session?.uid ?? ''
  try {
    await deps.sessions.record(sessionUid, signIn, deps.lifetimes.sessionMaxSeconds)
    const account = await accountOf(deps, signIn)
    if (account !== undefined) return account
    await deps.sessions.take(sessionUid)
    throw new errors.AccessDenied('card, holder or terminal is no longer active')
  } catch (error) {
    discardSession(ctx)
    throw error
  }
}

/** Keeps the library from saving a session whose sign-in failed. */
function discardSession(ctx: KoaContextWithOIDC): void {
  if (ctx.oidc.session !== undefined) Reflect.set(ctx.oidc.session, 'destroyed', true)
}

async function accountOf(
  deps: FindAccountDeps,
  signIn: SignIn,
): Promise<SignedInAccount | undefined> {
  const known = await deps.holders.findForClaims(signIn.holderId, signIn)
  if (known === null || !isInGoodStanding(deps, known, signIn)) return undefined
  return {
    accountId: signIn.holderId,
    signIn,
    holder: known.holder,
    agencyPaths: known.agencies.map(({ path }) => path),
    claims: () => ({ ...claimsOf(known, signIn), sub: signIn.holderId }),
  }
}

function isInGoodStanding(
  deps: FindAccountDeps,
  known: HolderForClaims,
  { method }: SignIn,
): boolean {
  const now = deps.clock.now()
  return known.holder.state === 'active' && areMeansGood[method](known, now, deps)
}

type MeansCheck = (
  known: HolderForClaims,
  now: Date,
  policy: Pick<FindAccountDeps, 'mayPasskeysStandAlone'>,
) => boolean

/** What a session rests on besides its holder, method by method. */
const areMeansGood: Readonly<Record<SignInMethod, MeansCheck>> = {
  card: ({ card, terminalState }, now) =>
    terminalState === 'active' &&
    card?.state === 'active' &&
    now < card.expiresAt &&
    card.certifiedUntil !== null &&
    now < card.certifiedUntil,
  passkey: ({ passkey }, now, { mayPasskeysStandAlone }) =>
    passkey?.state === 'active' &&
    (mayPasskeysStandAlone || (passkey.cardUsableUntil !== null && now < passkey.cardUsableUntil)),
  // Sessions last no longer than the officer said, however often the code may still be used.
  pass: ({ pass }, now) => pass !== null && pass.state !== 'withdrawn' && now < pass.validUntil,
}

function sessionUidOf(token: object): string | undefined {
  const uid: unknown = (token as { sessionUid?: unknown }).sessionUid
  return typeof uid === 'string' ? uid : undefined
}
