import type { RequestHandler } from 'express'
import { requireSameOrigin } from './guards.ts'
import { createHealthHandlers, type HealthDeps } from './health-routes.ts'
import { formOrJsonBody, jsonBody } from './parse-input.ts'
import { createPkiHandlers, type PkiPageDeps } from './pki-routes.ts'
import { languageOf, switchAddress } from './request-language.ts'
import { createSignInHandlers, type SignInDeps, type WebParts } from './sign-in-routes.ts'
import { createTerminalHandlers, type TerminalDeps } from './terminal-routes.ts'

export type RouteDeps = SignInDeps &
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
