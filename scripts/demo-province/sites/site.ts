import { createServer, type Server } from 'node:http'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import type { Log } from '../../../src/log.ts'
import type { Address } from '../addresses.ts'
import { portInUse } from '../start/check-ports.ts'
import { isLanguage, type Language } from '../texts.ts'
import { readCookies } from './cookies.ts'
import { errorPage } from './error-page.tsx'

/** One web site of the demo, listening on loopback alone. */
export interface Site {
  readonly origin: string
  /** Stops listening and ends every open connection, event streams too. */
  close(): Promise<void>
}

export interface SiteOptions {
  readonly address: Address
  /** Origins besides its own to which a form's answer may lead (CSP `form-action`). */
  readonly formTargets?: readonly string[]
}

/**
 * An Express application with what every site of the demo needs: it answers to its own name
 * alone, sets strict headers, refuses what other pages post, and knows the reader's language.
 */
export function createSiteApp({ address, formTargets = [] }: SiteOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(onlyForHost(new URL(address.origin).host))
  app.use(headers(formTargets))
  app.use('/assets', express.static(new URL('public', import.meta.url).pathname))
  app.use(onlyFromOwnPages(address.origin))
  app.use(express.urlencoded({ extended: false, limit: '32kb' }), express.json({ limit: '4kb' }))
  app.get('/language/:language', chooseLanguage)
  return app
}

/** Adds the pages for "not here" and "went wrong", and listens. */
export async function openSite(app: Express, address: Address, log: Log): Promise<Site> {
  app.use((req, res) => {
    res.status(404).send(errorPage({ language: languageOf(req), kind: 'not-found' }))
  })
  app.use(lastResort(log))
  const server = createServer(app)
  await listen(server, address.port)
  return { origin: address.origin, close: () => close(server) }
}

const languageCookie = 'demo_language'

/** The language of the pages: the reader's last choice, else Vietnamese. */
export function languageOf(req: { headers: { cookie?: string | undefined } }): Language {
  const chosen = readCookies(req.headers.cookie)[languageCookie]
  return isLanguage(chosen) ? chosen : 'vi'
}

const chooseLanguage: RequestHandler = (req, res) => {
  const chosen = req.params['language']
  const back = typeof req.query['back'] === 'string' ? req.query['back'] : '/'
  if (isLanguage(chosen)) {
    res.cookie(languageCookie, chosen, { httpOnly: true, sameSite: 'lax', path: '/' })
  }
  // One slash, then no second one: a path of this site and never another host.
  res.redirect(303, /^\/(?![/\\])/.test(back) ? back : '/')
}

/** A page of another name that points at loopback (DNS rebinding) gets nothing. */
function onlyForHost(host: string): RequestHandler {
  return (req, res, next) => {
    if (req.headers.host === host) next()
    else res.status(421).end()
  }
}

/** Browsers say where a request comes from; a caller that is no browser sends neither header. */
function onlyFromOwnPages(origin: string): RequestHandler {
  return (req, res, next) => {
    const { origin: from, 'sec-fetch-site': site } = req.headers
    const foreign = (from !== undefined && from !== origin) || (site ?? 'none') === 'cross-site'
    if (req.method === 'POST' && foreign) res.status(403).end()
    else next()
  }
}

function headers(formTargets: readonly string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'", ...formTargets],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // Without https there is nothing to insist on, and the portal opens the reader as its pop-up.
    strictTransportSecurity: false,
    // With 'no-referrer' a form of our own would arrive with `Origin: null`.
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: false,
  })
}

function lastResort(log: Log): ErrorRequestHandler {
  return (error, req, res, next) => {
    const status = statusOf(error)
    if (status === 500) log.error('demo.page-failed', error, { path: req.path })
    if (res.headersSent) next(error)
    else res.status(status).send(errorPage({ language: languageOf(req), kind: 'failed' }))
  }
}

/** Express gives its own refusals (a body too large, a bad encoding) a status below 500. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? error.status : 500
  return typeof status === 'number' && status < 500 ? status : 500
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portInUse(port, error) : error)
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}
