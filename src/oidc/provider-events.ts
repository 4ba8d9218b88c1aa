import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Facts } from '../errors.ts'
import { retryAfterLibrary } from './logout.ts'
import type { ProviderParts } from './provider.ts'
import { Unavailable } from './unavailable.ts'

/** Refusals that the library answers by itself: known codes, nothing of the request. */
const refusals = [
  'authorization.error',
  'grant.error',
  'userinfo.error',
  'revocation.error',
  'end_session.error',
] as const

export function logProviderEvents(provider: Provider, parts: ProviderParts): void {
  const { log } = parts
  const onRefusal = (ctx: KoaContextWithOIDC, error: { error: string }) => {
    if (error instanceof Unavailable) log.error('oidc.failed', error.cause, factsOf(ctx))
    else log.info('oidc.refused', { ...factsOf(ctx), error: error.error })
  }
  for (const event of refusals) provider.on(event as 'grant.error', onRefusal)
  provider.on('server_error', (ctx, error) => {
    log.error('oidc.failed', error, factsOf(ctx))
  })
  provider.on('backchannel.error', (ctx, error, client, holderId, sid) => {
    const { clientId } = client
    log.error('oidc.backchannel-logout.failed', error, { clientId })
    retryAfterLibrary(parts, ctx, { clientId, holderId, sid }).catch((lost: unknown) => {
      log.error('oidc.logout-notice.not-kept', lost, { clientId })
    })
  })
  // What Koa could not answer, such as a browser that went away.
  provider.on('error' as 'server_error', (error: unknown) => {
    log.error('oidc.response-failed', error)
  })
}

/** The client is named only where the library has found it in the registry. */
function factsOf({ oidc }: KoaContextWithOIDC): Facts {
  return { route: oidc.route, clientId: oidc.client?.clientId ?? null }
}
