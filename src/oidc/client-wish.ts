import { addressFault } from './client-address.ts'
import type { ClientFault, ClientField } from './client-refused.ts'
import { clientKeyFaults } from './client-keys.ts'
import type { ClientPolicy } from './client-store.ts'
import { claimsByScope } from './claims.ts'

/** How an application proves at the token endpoint that it is itself. */
export const clientAuthMethods = ['client_secret_basic', 'private_key_jwt', 'none'] as const
export type ClientAuthMethod = (typeof clientAuthMethods)[number]

/** An application as an administrator wants it registered. */
export interface ClientWish {
  readonly clientId: string
  readonly name: { readonly vi: string; readonly en: string }
  readonly agencyId: string | null
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** Where it is told that a session ended; null where it takes no notices. */
  readonly backchannelLogoutUri: string | null
  readonly auth: ClientAuthMethod
  /** For `private_key_jwt`: its public keys (RFC 7517 §5) or where they are; else null. */
  readonly jwks: unknown
  readonly jwksUri: string | null
  /** Beside `openid`. */
  readonly scopes: readonly string[]
  /** Whether it may ask for access that outlives the session. */
  readonly offlineAccess: boolean
  readonly policy: ClientPolicy
}

const idShape = /^[a-z0-9][a-z0-9._-]{1,63}$/
/** Of access that outlives the session (OpenID Connect Core §11). */
export const offlineScope = 'offline_access'
const scopes = new Set(Object.keys(claimsByScope).filter((scope) => scope !== 'openid'))

/** Everything that is wrong with it, field by field; empty where it can be registered. */
export function clientWishFaults(wish: ClientWish): ClientFault[] {
  const { clientId, name, redirectUris, postLogoutRedirectUris } = wish
  const { backchannelLogoutUri: backchannel, jwksUri } = wish
  return [
    ...(idShape.test(clientId) ? [] : [fault('id', 'id-malformed', clientId)]),
    ...(name.vi.trim() === '' ? [fault('nameVi', 'missing')] : []),
    ...(name.en.trim() === '' ? [fault('nameEn', 'missing')] : []),
    ...(redirectUris.length === 0 ? [fault('redirectUris', 'missing')] : []),
    ...addressFaults('redirectUris', redirectUris),
    ...addressFaults('postLogoutRedirectUris', postLogoutRedirectUris),
    ...addressFaults('backchannelLogoutUri', backchannel === null ? [] : [backchannel]),
    ...addressFaults('jwksUri', jwksUri === null ? [] : [jwksUri]),
    ...clientKeyFaults(wish),
    ...wish.scopes
      .filter((scope) => !scopes.has(scope))
      .map((scope) => fault('scopes', 'scope-unknown', scope)),
    ...(wish.policy.cardKinds.length === 0 ? [fault('cardKinds', 'missing')] : []),
  ]
}

function addressFaults(field: ClientField, addresses: readonly string[]): ClientFault[] {
  return addresses.flatMap((address, index) => {
    const reason = addresses.indexOf(address) < index ? 'address-twice' : addressFault(address)
    return reason === null ? [] : [fault(field, reason, address)]
  })
}

function fault(field: ClientField, reason: ClientFault['reason'], given = ''): ClientFault {
  return { field, reason, given }
}

/** Client metadata by its registered names (OpenID Connect Dynamic Client Registration 1.0 §2). */
export function metadataOfWish(wish: ClientWish): Record<string, unknown> {
  const { auth, jwks, jwksUri, offlineAccess, backchannelLogoutUri } = wish
  const asked = ['openid', ...wish.scopes, ...(offlineAccess ? [offlineScope] : [])]
  return {
    redirect_uris: wish.redirectUris,
    post_logout_redirect_uris: wish.postLogoutRedirectUris,
    ...(backchannelLogoutUri !== null && { backchannel_logout_uri: backchannelLogoutUri }),
    grant_types: ['authorization_code', ...(offlineAccess ? ['refresh_token'] : [])],
    response_types: ['code'],
    scope: asked.join(' '),
    token_endpoint_auth_method: auth,
    ...(auth === 'private_key_jwt' && (jwksUri === null ? { jwks } : { jwks_uri: jwksUri })),
    // Whoever cannot keep a secret is a program on the person's own machine (RFC 8252).
    ...(auth === 'none' && { application_type: applicationTypeOf(wish.redirectUris) }),
  }
}

function applicationTypeOf(redirectUris: readonly string[]): 'native' | 'web' {
  return redirectUris.every((uri) => uri.startsWith('https:')) ? 'web' : 'native'
}
