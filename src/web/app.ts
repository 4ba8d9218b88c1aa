import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import { loadAssets } from './assets.ts'
import { createCookies } from './cookies.ts'
import { pageNotFound, respondToErrors } from './error-response.ts'
import { neverCached } from './guards.ts'
import { createPages } from './pages.tsx'
import { isProviderPath } from './provider-paths.ts'
import { rememberLanguage } from './request-language.ts'
import { createRoutes, type RouteDeps } from './routes.ts'
import { securityHeaders } from './security-headers.ts'
import type { Text } from './words/language.ts'

/**
 * What the pages need: use-cases with everything else already bound. This folder owns HTTP,
 * cookies of its own, words and pages; it never touches a store and decides about no card.
 */
export interface AppDeps extends RouteDeps {
  /** The house that runs the service, as the head of every page names it. */
  readonly operator: Text
  /** How many proxies in front of us are believed about the client's address. */
  readonly trustedProxies: number
  /** The OpenID provider's own request handler. */
  readonly provider: (request: IncomingMessage, response: ServerResponse) => unknown
}

export function createApp(deps: AppDeps): Express {
  const assets = loadAssets()
  const parts = { cookies: createCookies(deps), pages: createPages({ ...deps, assets }) }
  const errors = { ...deps, ...parts }

  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', deps.trustedProxies)
  app.set('etag', false)

  app.use(securityHeaders(deps))
  app.use('/assets', assets.handler)
  app.use(neverCached)
  app.use(rememberLanguage(parts.cookies))
  for (const [method, path, ...steps] of createRoutes(deps, parts)) app[method](path, ...steps)
  app.use(providerPages(deps.provider))
  app.use(pageNotFound(errors))
  app.use(respondToErrors(errors))
  return app
}

/** The provider gets its own paths only: it reads bodies itself and answers whatever it is given. */
function providerPages(provider: AppDeps['provider']): RequestHandler {
  return (request, response, next) => {
    if (isProviderPath(request.path)) provider(request, response)
    else next()
  }
}
