import type { Configuration, Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { Clock } from '../clock.ts'
import type { ClientDirectory } from './clients.ts'
import { shortfallsOf } from './interaction-policy.ts'
import type { Lifetimes } from './lifetimes.ts'
import { grantSeconds } from './provider-config.ts'
import { orUnavailable } from './unavailable.ts'

/**
 * Nobody is asked for consent (see `interaction-policy.ts`): the first sign-in of a session at an
 * application makes a grant of exactly the scopes registered for it, the next ones find it.
 */
export function createLoadGrant(
  deps: { readonly clients: ClientDirectory; readonly clock: Clock },
  lifetimes: Lifetimes,
): NonNullable<Configuration['loadExistingGrant']> {
  const loadGrant = async (ctx: KoaContextWithOIDC) => {
    // A session that does not do for this application leaves no trace of it.
    if ((await shortfallsOf(deps, ctx)).length > 0) return undefined
    return (await knownGrant(ctx, lifetimes)) ?? newGrant(ctx)
  }
  return (ctx) => orUnavailable(loadGrant(ctx))
}

async function knownGrant(
  ctx: KoaContextWithOIDC,
  lifetimes: Lifetimes,
): Promise<Grant | undefined> {
  const { oidc } = ctx
  const id = oidc.session?.grantIdFor(oidc.client?.clientId ?? '')
  if (id === undefined) return undefined
  const grant = await oidc.provider.Grant.find(id)
  const isLastingEnough = grant !== undefined && lastsFor(ctx, grant, lifetimes)
  return isLastingEnough && grant.accountId === oidc.account?.accountId ? grant : undefined
}

/** A grant made without offline access ends too soon for a refresh token that outlives sessions. */
function lastsFor(ctx: KoaContextWithOIDC, grant: Grant, lifetimes: Lifetimes): boolean {
  const isOffline = ctx.oidc.requestParamScopes.has('offline_access')
  return !isOffline || grant.remainingTTL >= grantSeconds(ctx, lifetimes) / 2
}

async function newGrant({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, account } = oidc
  if (client === undefined || account === undefined) return undefined
  const { clientId } = client
  const grant = new oidc.provider.Grant({ accountId: account.accountId, clientId })
  grant.addOIDCScope(client.scope ?? 'openid')
  await grant.save()
  return grant
}
