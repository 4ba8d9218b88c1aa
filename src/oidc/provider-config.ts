import { errors, type Configuration, type KoaContextWithOIDC, type Session } from 'oidc-provider'
import type { Clock } from '../clock.ts'
import { claimsByScope } from './claims.ts'
import type { Lifetimes } from './lifetimes.ts'
import { acrValues } from './sign-in-policy.ts'

/** Client assertions that could be replayed for longer than this are refused (RFC 7523 §3). */
const maxAssertionSeconds = 10 * 60
const backchannelTimeoutMs = 2000

/** The options that depend on nothing but lifetimes and time. */
export function protocolOptions(lifetimes: Lifetimes, clock: Clock): Configuration {
  return {
    routes: {
      authorization: '/authorize',
      token: '/token',
      userinfo: '/userinfo',
      jwks: '/jwks',
      end_session: '/session/end',
      revocation: '/revoke',
    },
    // Authorization code flow alone (OpenID Connect Core §3.1), PKCE always (RFC 9700 §2.1.1).
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access'],
    claims: Object.fromEntries(Object.entries(claimsByScope)),
    acrValues,
    discovery: { ui_locales_supported: ['vi', 'en'] },
    clientAuthMethods: ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'],
    clientDefaults: {
      grant_types: ['authorization_code'],
      response_types: ['code'],
      // The other modes answer with pages that submit themselves by an inline script.
      response_modes: ['query'],
      // A tenth of the work of RS256, and every OpenID Connect library of today verifies it.
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'private_key_jwt',
      // Least privilege: whatever more a client may ask for is registered.
      scope: 'openid',
      backchannel_logout_session_required: true,
    },
    // No HMAC anywhere: we keep hashes of secrets, and a hash must never act as a key.
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
      idTokenSigningAlgValues: ['ES256', 'RS256'],
      userinfoSigningAlgValues: ['ES256', 'RS256'],
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        // RFC 7009 §2.1: a client revokes tokens of its own.
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      userinfo: { enabled: true },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
    },
    clientBasedCORS: isOwnOrigin,
    // Tokens that are revoked take their grant with them, and by it everything else of the grant.
    revokeGrantPolicy: () => true,
    // RFC 9700 §4.14.2: a public client cannot prove who it is, so each use shows a stolen token.
    rotateRefreshToken: ({ oidc }) => oidc.client?.clientAuthMethod === 'none',
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims) => {
      refuseLongAssertion(claims, clock)
    },
    fetch: fetchFromClient,
    ttl: timeToLive(lifetimes, clock),
    clockTolerance: 5,
  }
}

function timeToLive(lifetimes: Lifetimes, clock: Clock): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: lifetimes.accessTokenSeconds,
    AuthorizationCode: lifetimes.authorizationCodeSeconds,
    ClientCredentials: lifetimes.accessTokenSeconds,
    IdToken: lifetimes.idTokenSeconds,
    Interaction: lifetimes.interactionSeconds,
    RefreshToken: (ctx) =>
      ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? lifetimes.refreshTokenSeconds,
    Grant: (ctx) => grantSeconds(ctx, lifetimes),
    Session: (_ctx, session) => sessionSeconds(session, lifetimes, clock),
  }
}

/** A grant lives as long as the longest token that may rest on it. */
export function grantSeconds(ctx: KoaContextWithOIDC | undefined, lifetimes: Lifetimes): number {
  const offline = ctx?.oidc.requestParamScopes.has('offline_access') === true
  return offline
    ? Math.max(lifetimes.refreshTokenSeconds, lifetimes.sessionMaxSeconds)
    : lifetimes.sessionMaxSeconds
}

/** Sliding idle time, cut off where the sign-in gets too old. */
export function sessionSeconds(
  session: Pick<Session, 'loginTs'>,
  lifetimes: Lifetimes,
  clock: Clock,
): number {
  if (session.loginTs === undefined) return lifetimes.sessionIdleSeconds
  const ageSeconds = Math.floor(clock.now().getTime() / 1000) - session.loginTs
  return Math.max(
    1,
    Math.min(lifetimes.sessionIdleSeconds, lifetimes.sessionMaxSeconds - ageSeconds),
  )
}

function isOwnOrigin(
  { oidc }: KoaContextWithOIDC,
  origin: string,
  client: { clientAuthMethod?: string | undefined; redirectUris?: readonly string[] | undefined },
): boolean {
  if (oidc.route !== 'userinfo' && client.clientAuthMethod !== 'none') return false
  return client.redirectUris?.some((uri) => URL.parse(uri)?.origin === origin) ?? false
}

function refuseLongAssertion(claims: Record<string, unknown>, clock: Clock): void {
  const latest = clock.now().getTime() / 1000 + maxAssertionSeconds
  if (typeof claims['exp'] === 'number' && claims['exp'] <= latest) return
  throw new errors.InvalidClientAuth(
    `the client assertion lives longer than ${maxAssertionSeconds} s`,
  )
}

/**
 * Requests to addresses in the client registry (`jwks_uri`, back-channel logout). The library's
 * own guard against private addresses is left out: administrators alone write the registry, and
 * the province's applications live on private networks. The answer to a POST has nothing to say;
 * letting it go frees the connection for the next.
 */
const fetchFromClient: NonNullable<Configuration['fetch']> = async (url, options) => {
  const ownOptions: RequestInit & { dispatcher?: unknown } = { ...options }
  delete ownOptions.dispatcher
  ownOptions.signal = AbortSignal.timeout(backchannelTimeoutMs)
  const response = await fetch(url, ownOptions)
  if (ownOptions.method === 'POST') await response.body?.cancel()
  return response
}
