import { createHash, randomBytes } from 'node:crypto'
import { openBrowser, type Answer, type Browser } from './browser.ts'
import type { BenchClient } from './world.ts'

/** Where a provider stands, and what it needs between the request and the redirect back. */
export interface Target {
  readonly issuer: string
  readonly paths: { readonly authorize: string; readonly token: string }
  /** From the provider's sign-in page, where the browser is, to the address to go on with. */
  readonly passSignIn: (browser: Browser, signInPage: string) => Promise<string>
}

export interface Tokens {
  readonly refreshToken: string | null
}

/** The whole code flow of a person who is not signed in: authorize, sign in, code, token. */
export async function signIn(
  target: Target,
  client: BenchClient,
  browser: Browser,
): Promise<Tokens> {
  const { url, verifier } = authorizationRequest(target, client)
  const signInPage = redirectOf(await browser.get(url), target.issuer)
  const resume = await target.passSignIn(browser, signInPage)
  const callback = redirectOf(await browser.get(resume), target.issuer)
  return redeem(target, client, { callback, verifier })
}

/** The code flow of a person whose session goes on: authorize answers with a code at once. */
export async function singleSignOn(
  target: Target,
  client: BenchClient,
  browser: Browser,
): Promise<Tokens> {
  const { url, verifier } = authorizationRequest(target, client)
  const callback = redirectOf(await browser.get(url), target.issuer)
  return redeem(target, client, { callback, verifier })
}

export async function refresh(target: Target, client: BenchClient, token: string): Promise<void> {
  await askForTokens(target, client, { grant_type: 'refresh_token', refresh_token: token })
}

export async function clientCredentials(target: Target, client: BenchClient): Promise<void> {
  await askForTokens(target, client, { grant_type: 'client_credentials' })
}

/** The library alone redirects from its sign-in page by itself. */
export async function passBareSignIn(browser: Browser, signInPage: string): Promise<string> {
  return redirectOf(await browser.get(signInPage), new URL(signInPage).origin)
}

/** Our page: it starts the challenge, hears over an event stream that the card answered, finishes. */
export async function passCardSignIn(browser: Browser, signInPage: string): Promise<string> {
  const page = await browser.get(signInPage)
  const challenge = /data-challenge="([^"]+)"/.exec(page.body)?.[1]
  if (challenge === undefined) throw new Error(`no challenge on the sign-in page: ${page.status}`)
  const origin = new URL(signInPage).origin
  await browser.awaitEvent(`${signInPage}/events?challenge=${challenge}`, (data) =>
    data.includes('signing-in'),
  )
  const finished = await browser.post(
    `${signInPage}/finish`,
    JSON.stringify({ challengeId: challenge }),
    { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin' },
  )
  const { redirect } = JSON.parse(finished.body) as { redirect?: string }
  if (redirect === undefined) throw new Error(`not signed in: ${finished.body}`)
  return new URL(redirect, signInPage).href
}

function authorizationRequest(
  { issuer, paths }: Target,
  client: BenchClient,
): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: client.redirectUri,
    state: randomBytes(8).toString('base64url'),
    nonce: randomBytes(8).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  return { url: `${issuer}${paths.authorize}?${query.toString()}`, verifier }
}

function redeem(
  target: Target,
  client: BenchClient,
  { callback, verifier }: { callback: string; verifier: string },
): Promise<Tokens> {
  const code = new URL(callback).searchParams.get('code')
  if (code === null) throw new Error(`no code in ${new URL(callback).origin}`)
  return askForTokens(target, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
  })
}

async function askForTokens(
  { issuer, paths }: Target,
  client: BenchClient,
  form: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const credentials = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
  const answer = await openBrowser().post(
    `${issuer}${paths.token}`,
    new URLSearchParams(form).toString(),
    {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${credentials}`,
    },
  )
  if (answer.status !== 200) throw new Error(`token endpoint: ${answer.status} ${answer.body}`)
  const { refresh_token: refreshToken } = JSON.parse(answer.body) as { refresh_token?: string }
  return { refreshToken: refreshToken ?? null }
}

function redirectOf({ status, headers, body }: Answer, base: string): string {
  const { location } = headers
  if (location === undefined) throw new Error(`expected a redirect, got ${status}: ${body}`)
  return new URL(location, base).href
}
