import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, type JWTPayload } from 'jose'
import * as oidc from 'openid-client'

export interface RelyingPartyOptions {
  readonly clientId: string
  /** How it proves who it is at the token endpoint; `private_key_jwt` if not said. */
  readonly auth?: 'private_key_jwt' | 'client_secret_basic' | 'client_secret_post' | 'none'
  /** What it asks for, and what is registered for it. */
  readonly scope?: string
  readonly grantTypes?: readonly string[]
  readonly idTokenAlgorithm?: 'ES256' | 'RS256'
}

/** A person signed in at the application. */
export interface ApplicationSession {
  readonly sub: string
  readonly sid: string | undefined
  readonly idToken: string
  readonly accessToken: string
  readonly refreshToken: string | undefined
  /** Of the ID token and of the user info together. */
  readonly claims: Readonly<Record<string, unknown>>
}

type Tokens = Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>

/** Listens on loopback under the name `localhost`; `connect` it once the service runs. */
export async function startRelyingParty(options: RelyingPartyOptions): Promise<RelyingParty> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const keys = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(keys.publicKey)), alg: 'ES256' }
  return new RelyingParty(options, server, { privateKey: keys.privateKey, jwk })
}

/**
 * A shared application on `openid-client`, with the addresses that a real one has: `/callback`
 * redeems the code and says who is signed in, `/backchannel-logout` takes them out again.
 */
export class RelyingParty {
  readonly clientId: string
  readonly origin: string
  readonly secret: string | null
  /** Who is signed in here, oldest first. */
  readonly sessions: ApplicationSession[] = []
  /** Logout tokens that stood every check of Back-Channel Logout 1.0 §2.6. */
  readonly logoutTokens: JWTPayload[] = []
  /** While false, back-channel logout is answered with status 503. */
  answersLogout = true

  readonly #options: RelyingPartyOptions
  readonly #server: Server
  readonly #key: { privateKey: CryptoKey; jwk: object }
  readonly #pending = new Map<string, { verifier: string; nonce: string }>()
  #client: oidc.Configuration | null = null

  constructor(
    options: RelyingPartyOptions,
    server: Server,
    key: { privateKey: CryptoKey; jwk: object },
  ) {
    this.#options = options
    this.#server = server
    this.#key = key
    this.clientId = options.clientId
    this.origin = `http://localhost:${(server.address() as AddressInfo).port}`
    this.secret = this.#auth.startsWith('client_secret') ? randomUUID().repeat(2) : null
    server.on('request', (req: IncomingMessage, res: ServerResponse) => {
      this.#answer(req, res).catch((error: unknown) => {
        const refused = error instanceof oidc.ResponseBodyError ? error.error : String(error)
        respond(res, 400, { refused })
      })
    })
  }

  /** What the registry has to hold of it. */
  get metadata(): Readonly<Record<string, unknown>> {
    const grantTypes = this.#options.grantTypes ?? ['authorization_code']
    const { idTokenAlgorithm } = this.#options
    return {
      redirect_uris: [`${this.origin}/callback`],
      post_logout_redirect_uris: [`${this.origin}/signed-out`],
      backchannel_logout_uri: `${this.origin}/backchannel-logout`,
      token_endpoint_auth_method: this.#auth,
      grant_types: grantTypes,
      response_types: grantTypes.includes('authorization_code') ? ['code'] : [],
      scope: this.#scope,
      ...(this.#auth === 'private_key_jwt' ? { jwks: { keys: [this.#key.jwk] } } : {}),
      ...(this.#auth === 'none' ? { application_type: 'native' } : {}),
      ...(idTokenAlgorithm === undefined ? {} : { id_token_signed_response_alg: idTokenAlgorithm }),
    }
  }

  /** The client as `openid-client` holds it, for calls of one's own. */
  get client(): oidc.Configuration {
    if (this.#client === null) throw new Error(`${this.clientId} is not connected`)
    return this.#client
  }

  async connect(issuer: string): Promise<void> {
    const metadata = { id_token_signed_response_alg: this.#options.idTokenAlgorithm ?? 'ES256' }
    this.#client = await oidc.discovery(
      new URL(issuer),
      this.clientId,
      metadata,
      this.#clientAuth(),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked to be noticed; a service on loopback has no TLS
      { execute: [oidc.allowInsecureRequests] },
    )
  }

  /** Where to send a browser to sign in. */
  async authorizationUrl(parameters: Record<string, string> = {}): Promise<URL> {
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
    const verifier = oidc.randomPKCECodeVerifier()
    this.#pending.set(state, { verifier, nonce })
    return oidc.buildAuthorizationUrl(this.client, {
      redirect_uri: `${this.origin}/callback`,
      scope: this.#scope,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...parameters,
    })
  }

  /** Only the exchange of what came back; every check of the client library runs. */
  async redeemCode(callback: URL): Promise<Tokens> {
    const expectedState = callback.searchParams.get('state') ?? ''
    const { verifier, nonce } = this.#pending.get(expectedState) ?? { verifier: '', nonce: '' }
    const checks = { expectedState, expectedNonce: nonce, pkceCodeVerifier: verifier }
    return oidc.authorizationCodeGrant(this.client, callback, checks)
  }

  /** The exchange, a look at the user info, and a session here: what `/callback` does. */
  async redeem(callback: URL): Promise<ApplicationSession> {
    const tokens = await this.redeemCode(callback)
    const claims = tokens.claims()
    if (claims === undefined) throw new Error('no ID token came')
    const info = await oidc.fetchUserInfo(this.client, tokens.access_token, claims.sub)
    const session: ApplicationSession = {
      sub: claims.sub,
      sid: claims['sid'] as string | undefined,
      idToken: tokens.id_token ?? '',
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      claims: { ...claims, ...info },
    }
    this.sessions.push(session)
    return session
  }

  /** Where to send a browser to sign out, with the proof that `session` gives, or without any. */
  logoutUrl(session: ApplicationSession | null): URL {
    return oidc.buildEndSessionUrl(this.client, {
      ...(session === null ? {} : { id_token_hint: session.idToken }),
      post_logout_redirect_uri: `${this.origin}/signed-out`,
      state: 'after-logout',
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get #auth(): NonNullable<RelyingPartyOptions['auth']> {
    return this.#options.auth ?? 'private_key_jwt'
  }

  get #scope(): string {
    return this.#options.scope ?? 'openid profile agency card'
  }

  #clientAuth(): oidc.ClientAuth {
    switch (this.#auth) {
      case 'private_key_jwt':
        return oidc.PrivateKeyJwt(this.#key.privateKey)
      case 'client_secret_basic':
        return oidc.ClientSecretBasic(this.secret ?? '')
      case 'client_secret_post':
        return oidc.ClientSecretPost(this.secret ?? '')
      case 'none':
        return oidc.None()
    }
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', this.origin)
    if (url.pathname === '/backchannel-logout') {
      await this.#receiveLogout(req, res)
    } else if (url.pathname === '/callback') {
      const error = url.searchParams.get('error')
      const outcome =
        error === null ? { signedIn: (await this.redeem(url)).claims } : { refused: error }
      respond(res, 200, outcome)
    } else {
      respond(res, 200, { page: url.pathname, state: url.searchParams.get('state') })
    }
  }

  async #receiveLogout(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!this.answersLogout) {
      respond(res, 503, {})
      return
    }
    const body = new URLSearchParams(await text(req))
    const token = await this.#verifyLogoutToken(body.get('logout_token') ?? '')
    this.logoutTokens.push(token)
    const gone = this.sessions.filter(({ sub, sid }) => sub === token.sub && sid === token['sid'])
    for (const session of gone) this.sessions.splice(this.sessions.indexOf(session), 1)
    respond(res, 200, {})
  }

  async #verifyLogoutToken(token: string): Promise<JWTPayload> {
    const { issuer, jwks_uri: jwksUri = '' } = this.client.serverMetadata()
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUri)), {
      issuer,
      audience: this.clientId,
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'jti', 'events', 'exp', 'sub'],
    })
    if (payload['nonce'] !== undefined) throw new Error('a logout token must not have a nonce')
    return payload
  }
}

function respond(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
