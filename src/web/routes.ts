import type { RequestHandler } from 'express'
import { requireSameOrigin } from './guards.ts'
import { createHealthHandlers, type HealthDeps } from './health-routes.ts'
import { formOrJsonBody, jsonBody } from './parse-input.ts'
import { createMyPasskeyHandlers } from './my-passkeys-routes.ts'
import { createPasskeyHandlers, type PasskeyPageDeps } from './passkey-routes.ts'
import { createPasskeySignInHandlers, type PasskeySignInDeps } from './passkey-sign-in-routes.ts'
import { createPassHandlers, type PassSignInDeps } from './pass-routes.ts'
import { createPkiHandlers, type PkiPageDeps } from './pki-routes.ts'
import { languageOf, switchAddress } from './request-language.ts'
import { createSignInHandlers, type SignInDeps, type WebParts } from './sign-in-routes.ts'
import { createTerminalHandlers, type TerminalDeps } from './terminal-routes.ts'

export type RouteDeps = SignInDeps &
  PasskeySignInDeps &
  PasskeyPageDeps &
  Pick<PassSignInDeps, 'passes'> &
  Omit<TerminalDeps, 'terminals'> &
  HealthDeps &
  PkiPageDeps & {
    readonly issuer: string
    readonly terminals: SignInDeps['terminals'] & TerminalDeps['terminals']
  }

export type Route = readonly [method: 'get' | 'post', path: string, ...steps: RequestHandler[]]

/**
 * Every path of ours. The WebSocket at `/terminal/channel` is attached to the server
 * (terminal-upgrade.ts), files are under `/assets`, what certificates point to is under `/pki/`
 * (pki-files.ts), and the provider has its own paths (provider-paths.ts).
 */
export function createRoutes(deps: RouteDeps, parts: WebParts): readonly Route[] {
  const signIn = createSignInHandlers(deps, parts)
  const passkeySignIn = createPasskeySignInHandlers(deps, parts)
  const passkeys = createPasskeyHandlers(deps, parts)
  const myPasskeys = createMyPasskeyHandlers(deps, parts)
  const pass = createPassHandlers(deps, parts)
  const terminal = createTerminalHandlers(deps, parts)
  const health = createHealthHandlers(deps)
  const pki = createPkiHandlers(deps, parts)
  const ownPages = requireSameOrigin(deps)

  // prettier-ignore
  return [
    ['get',  '/',                    welcome(parts)],
    ['get',  '/sign-in/:uid',        signIn.page],
    ['post', '/sign-in/:uid/start',  ownPages, jsonBody, signIn.start],
    ['get',  '/sign-in/:uid/events', signIn.events],
    ['post', '/sign-in/:uid/finish', ownPages, jsonBody, signIn.finish],
    ['post', '/sign-in/:uid/cancel', ownPages, ...formOrJsonBody, signIn.cancel],
    ['post', '/sign-in/:uid/passkey/start',  ownPages, jsonBody, passkeySignIn.start],
    ['post', '/sign-in/:uid/passkey/finish', ownPages, jsonBody, passkeySignIn.finish],
    ['get',  '/sign-in/:uid/pass',   pass.page],
    ['post', '/sign-in/:uid/pass',   ownPages, ...formOrJsonBody, pass.signIn],
    ['get',  '/passkeys',                 passkeys.page],
    ['get',  '/passkeys/pass',            passkeys.byPass],
    ['get',  '/passkeys/confirm',         passkeys.confirm],
    ['post', '/passkeys/register/start',  ownPages, jsonBody, passkeys.startRegistration],
    ['post', '/passkeys/register/finish', ownPages, jsonBody, passkeys.finishRegistration],
    ['get',  '/passkeys/:id/rename',      myPasskeys.renamePage],
    ['post', '/passkeys/:id/rename',      ownPages, ...formOrJsonBody, myPasskeys.rename],
    ['get',  '/passkeys/:id/remove',      myPasskeys.removePage],
    ['post', '/passkeys/:id/remove',      ownPages, ...formOrJsonBody, myPasskeys.remove],
    ['get',  '/terminal/pair',       terminal.pairPage],
    ['post', '/terminal/pair',       ownPages, jsonBody, terminal.pair],
    // No guard: agents are no browsers, and what they send proves itself.
    ['post', '/terminal/enrol',      jsonBody, terminal.enrol],
    ['get',  '/pki',                 pki.page],
    ['get',  '/health/live',         health.live],
    ['get',  '/health/ready',        health.ready],
  ]
}

function welcome({ pages, cookies }: WebParts): RequestHandler {
  return (request, response) => {
    const language = languageOf(request, cookies)
    const context = { language, switchAddress: switchAddress(request, language) }
    response.type('html').send(pages.welcome(context))
  }
}
