import * as oidc from 'openid-client'
import { z } from 'zod'
import type { Clock } from '../../../src/clock.ts'
import type { DemoApplication } from '../applications.ts'
import type { Language } from '../texts.ts'
import type { SignedIn } from './local-sessions.ts'
import { readVisitor } from './visitor-claims.ts'

/** What one application needs to know of the sign-in service, and what it proves itself with. */
export interface SignInSettings {
  readonly application: DemoApplication
  readonly issuer: string
  readonly origin: string
  /** For `private_key_jwt` (OpenID Connect Core 1.0 §9); the service holds the public half. */
  readonly clientKey: { readonly key: CryptoKey; readonly kid: string }
  readonly clock: Clock
}

/** What the browser's answer is compared with; kept here while the browser is away. */
export interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/** Code flow with PKCE against one issuer (OpenID Connect Core 1.0 §3.1, RFC 7636). */
export interface SignInFlow {
  begin(language: Language): Promise<{ url: URL; pending: PendingSignIn }>
  /** @throws what openid-client raises for an answer that is refused or does not fit `pending` */
  finish(answer: URL, pending: PendingSignIn): Promise<SignedIn>
  /** Where the browser goes to end the session at the service too (RP-Initiated Logout 1.0 §2). */
  signOutUrl(signedIn: SignedIn, language: Language): Promise<URL>
}

const acrPrefix = 'urn:ecard:loa:'

export function createSignInFlow(settings: SignInSettings): SignInFlow {
  const discover = rememberSuccess(() => discoverIssuer(settings))
  return {
    begin: async (language) => begin(await discover(), settings, language),
    finish: async (answer, pending) => finish(await discover(), settings, { answer, pending }),
    signOutUrl: async (signedIn, language) =>
      oidc.buildEndSessionUrl(await discover(), {
        id_token_hint: signedIn.idToken,
        post_logout_redirect_uri: `${settings.origin}/`,
        ui_locales: language,
      }),
  }
}

function discoverIssuer(settings: SignInSettings): Promise<oidc.Configuration> {
  const issuer = new URL(settings.issuer)
  return oidc.discovery(
    issuer,
    settings.application.id,
    { id_token_signed_response_alg: 'ES256' },
    oidc.PrivateKeyJwt(settings.clientKey),
    // The demo speaks http, and only to loopback.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated as a warning alone
    issuer.hostname === 'localhost' ? { execute: [oidc.allowInsecureRequests] } : {},
  )
}

async function begin(
  configuration: oidc.Configuration,
  settings: SignInSettings,
  language: Language,
): Promise<{ url: URL; pending: PendingSignIn }> {
  const pending = {
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    codeVerifier: oidc.randomPKCECodeVerifier(),
  }
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri(settings.origin),
    scope: 'openid profile agency organisation',
    acr_values: `${acrPrefix}${settings.application.leastLevel}`,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: 'S256',
    ui_locales: language,
  })
  return { url, pending }
}

async function finish(
  configuration: oidc.Configuration,
  settings: SignInSettings,
  { answer, pending }: { answer: URL; pending: PendingSignIn },
): Promise<SignedIn> {
  const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    pkceCodeVerifier: pending.codeVerifier,
    idTokenExpected: true,
  })
  const { sub, sid, acr, amr } = idTokenClaims.parse(tokens.claims())
  checkLevel(acr, settings.application)
  const claims = await oidc.fetchUserInfo(configuration, tokens.access_token, sub)
  const { name, office } = readVisitor(claims)
  return {
    ...{ subject: sub, sid: sid ?? null, idToken: tokens.id_token ?? '' },
    ...{ name: name ?? sub, office, acr, amr },
    at: settings.clock.now(),
  }
}

const idTokenClaims = z.object({
  sub: z.string(),
  sid: z.string().optional(),
  acr: z.string().default(''),
  amr: z.array(z.string()).default([]),
})

/** The service keeps the policy; an application that needs more than a tap looks for itself too. */
function checkLevel(acr: string, application: DemoApplication): void {
  const needsHigh = application.leastLevel === 'high'
  if (needsHigh && acr !== `${acrPrefix}high`)
    throw new Error('signed in below the level asked for')
}

export function redirectUri(origin: string): string {
  return `${origin}/signed-in`
}

/** Asks until it worked once: the service may still be starting when the first visitor comes. */
function rememberSuccess<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = null
      throw error
    })
    return answer
  }
}
