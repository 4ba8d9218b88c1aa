import { z } from 'zod'
import { ClientRefused } from './client-refused.ts'
import type { Client } from './client-store.ts'
import { clientAuthMethods, offlineScope, type ClientWish } from './client-wish.ts'

const addresses = z.array(z.string()).default([])

/** Client metadata as `metadataOfWish` writes it; what is not there has the default of its RFC. */
const registered = z.object({
  redirect_uris: addresses,
  post_logout_redirect_uris: addresses,
  backchannel_logout_uri: z.string().nullable().default(null),
  scope: z.string().default('openid'),
  token_endpoint_auth_method: z.enum(clientAuthMethods).default('client_secret_basic'),
  jwks: z.unknown().optional(),
  jwks_uri: z.string().nullable().default(null),
})

/**
 * A registered application as an administrator would ask for it today.
 *
 * @throws ClientRefused for one that was registered in ways that nobody can ask for
 */
export function wishOfClient(client: Client): ClientWish {
  const { clientId, name, agencyId, policy, metadata } = client
  const { data, error } = registered.safeParse(metadata)
  if (data === undefined) {
    const given = error.issues.map(({ path }) => path.join('.')).join(' ')
    throw new ClientRefused([{ field: 'metadata', reason: 'provider-refused', given }])
  }
  const scopes = data.scope.split(' ').filter((scope) => scope !== 'openid')
  return {
    ...{ clientId, name, agencyId, policy },
    redirectUris: data.redirect_uris,
    postLogoutRedirectUris: data.post_logout_redirect_uris,
    backchannelLogoutUri: data.backchannel_logout_uri,
    auth: data.token_endpoint_auth_method,
    jwks: data.jwks ?? null,
    jwksUri: data.jwks_uri,
    scopes: scopes.filter((scope) => scope !== offlineScope),
    offlineAccess: scopes.includes(offlineScope),
  }
}
