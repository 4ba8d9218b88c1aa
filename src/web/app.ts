import {
  IncomingMessage,
  ServerResponse,
  type RequestListener,
  type ServerOptions,
} from 'node:http'
import express, { type Express } from 'express'
import { loadAssets, type Assets } from './assets.ts'
import { createCookies, type Cookies } from './cookies.ts'
import { pageNotFound, respondToErrors } from './error-response.ts'
import { createPages, type Pages } from './pages.tsx'
import { createPkiFiles, isPkiFile, type PkiFileDeps } from './pki-files.ts'
import { isProviderPath } from './provider-paths.ts'
import { rememberLanguage } from './request-language.ts'
import { pathOf } from './request-path.ts'
import { createRoutes, type RouteDeps } from './routes.ts'
import { securityHeaders } from './security-headers.ts'
import type { Text } from './words/language.ts'

/**
 * What the pages need: use-cases with everything else already bound. This folder owns HTTP,
 * cookies of its own, words and pages; it never touches a store and decides about no card.
 */
export interface AppDeps extends RouteDeps {
  /** What certificates point to, for the files and for the page about them. */
  readonly pki: Pick<PkiFileDeps, 'answerOcsp' | 'authorities' | 'latestCrl'> & RouteDeps['pki']
  /** The house that runs the service, as the head of every page names it. */
  readonly operator: Text
  /** How many proxies in front of us are believed about the client's address. */
  readonly trustedProxies: number
  /** The OpenID provider's own request handler. */
  readonly provider: (request: IncomingMessage, response: ServerResponse) => unknown
}

/** What an HTTP server is made of: `createServer(app.classes, app.listener)`. */
export interface App {
  readonly listener: RequestListener
  /** For speed alone; the listener answers any request. */
  readonly classes: Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>
}

/**
 * Every request: what certificates point to, to whoever asks; the provider's by the provider, which
 * reads bodies itself and answers whatever it is given; and all others by our own pages.
 */
export function createApp(deps: AppDeps): App {
  const assets = loadAssets()
  const cookies = createCookies(deps)
  const pages = createOwnPages(deps, { assets, cookies, pages: createPages({ ...deps, assets }) })
  const setSecurityHeaders = securityHeaders(deps)
  const pkiFiles = createPkiFiles({ ...deps.pki, clock: deps.clock, log: deps.log })
  const listener: RequestListener = (request, response) => {
    const path = pathOf(request)
    // Status answers go out by the thousand, to programs: before anything that is for browsers,
    // and with headers, limits and time-outs of their own.
    if (isPkiFile(path)) {
      pkiFiles({ request, response, path })
      return
    }
    setSecurityHeaders(response)
    // What depends on who asks, and when, is never kept by a cache.
    response.setHeader('Cache-Control', 'no-store')
    rememberLanguage(request, response, cookies)
    // Not through Express: its work on request and response would be done for nothing.
    if (isProviderPath(path)) deps.provider(request, response)
    else pages(request, response)
  }
  return { listener, classes: bornWithPrototypesOf(pages) }
}

/**
 * Express gives each request and response another prototype, and that makes whatever Node does
 * with them afterwards slow. Where they are born with it, there is nothing to change.
 */
function bornWithPrototypesOf(pages: Express): App['classes'] {
  class PageRequest extends IncomingMessage {}
  class PageResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  Object.setPrototypeOf(PageRequest.prototype, pages.request)
  Object.setPrototypeOf(PageResponse.prototype, pages.response)
  Object.assign(pages, { request: PageRequest.prototype, response: PageResponse.prototype })
  return { IncomingMessage: PageRequest, ServerResponse: PageResponse }
}

function createOwnPages(
  deps: AppDeps,
  { assets, ...parts }: { assets: Assets; cookies: Cookies; pages: Pages },
): Express {
  const errors = { ...deps, ...parts }
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', deps.trustedProxies)
  app.set('etag', false)
  app.use('/assets', assets.handler)
  for (const [method, path, ...steps] of createRoutes(deps, parts)) app[method](path, ...steps)
  app.use(pageNotFound(errors))
  app.use(respondToErrors(errors))
  return app
}
