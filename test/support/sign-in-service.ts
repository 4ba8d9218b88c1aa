import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../../src/clock.ts'
import type { ExpiringStore } from '../../src/db/expiring-store.ts'
import { AppError } from '../../src/errors.ts'
import type { Authentication } from '../../src/holders/authentication.ts'
import type { Card } from '../../src/cards/card.ts'
import { silentLog, type Log } from '../../src/log.ts'
import { createEndedStandingStore } from '../../src/oidc/ended-standing-store.ts'
import { createLogoutNoticeStore } from '../../src/oidc/logout-notice-store.ts'
import { cancelSignIn, completeSignIn, readSignInRequest } from '../../src/oidc/interaction.ts'
import { defaultLifetimes, type Lifetimes } from '../../src/oidc/lifetimes.ts'
import {
  createProvider,
  type ProviderContext,
  type ProviderViews,
  type SignInProvider,
} from '../../src/oidc/provider.ts'
import type { ExternalSigningKey } from '../../src/oidc/signing-keys.ts'
import type { SignInRegistry } from './sign-in-registry.ts'
import type { TestBrowser } from './test-browser.ts'
import { type Page } from './test-browser.ts'

/** The provider on a real port, with a sign-in page that believes whatever the test says. */
export interface SignInService {
  readonly issuer: string
  readonly provider: SignInProvider
  close(): Promise<void>
  /** On the sign-in page where the browser is: hands in `authentication` and goes on. */
  signIn(browser: TestBrowser, page: Page, authentication: Authentication): Promise<Page>
  cancel(browser: TestBrowser, page: Page): Promise<Page>
}

export interface SignInServiceOptions {
  readonly store: ExpiringStore
  readonly registry: SignInRegistry
  readonly signingKeys: readonly ExternalSigningKey[]
  readonly lifetimes?: Partial<Lifetimes>
  readonly log?: Log
}

export async function startSignInService(options: SignInServiceOptions): Promise<SignInService> {
  const { store, registry, signingKeys } = options
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { agencies, clients, holders } = registry
  const provider = createProvider({
    issuer,
    store,
    agencies,
    clients,
    holders,
    endings: createEndedStandingStore(registry.db),
    logoutNotices: createLogoutNoticeStore(registry.db),
    signingKeys,
    cookieKeys: ['a key of this test'],
    clock: systemClock,
    mayPasskeysStandAlone: false,
    lifetimes: { ...defaultLifetimes, ...options.lifetimes },
    views,
    log: options.log ?? silentLog,
    clientMemorySeconds: 0,
    logoutRetryDelaysMs: [20, 50],
  })
  const answer = provider.callback()
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    const signInPage = /^\/sign-in\/[^/]+(\/complete|\/cancel)?$/.exec(req.url ?? '')
    if (signInPage === null) void answer(req, res)
    else
      answerSignInPage(provider, req, res).catch((error: unknown) => {
        respond(res, 400, { error: error instanceof AppError ? error.code : String(error) })
      })
  })
  return {
    issuer,
    provider,
    signIn: (browser, page, authentication) => {
      const headers = { 'x-authentication': encodeURIComponent(JSON.stringify(authentication)) }
      return browser.visit(`${page.url.href}/complete`, { method: 'POST', headers })
    },
    cancel: (browser, page) => browser.visit(`${page.url.href}/cancel`, { method: 'POST' }),
    close: async () => {
      provider.parts.outbox.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answerSignInPage(
  provider: SignInProvider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const path = req.url ?? ''
  if (path.endsWith('/complete')) {
    const sent = decodeURIComponent(String(req.headers['x-authentication']))
    const told = JSON.parse(sent) as Authentication
    const authentication = { ...told, at: new Date(told.at) }
    redirect(res, await completeSignIn(provider, req, res, authentication))
  } else if (path.endsWith('/cancel')) redirect(res, await cancelSignIn(provider, req, res))
  else respond(res, 200, await readSignInRequest(provider, req, res))
}

/** A tap of `card`, or a tap with PIN where the level says `high`. */
export function authenticationBy(
  card: Card,
  terminalId: string,
  level: 'low' | 'high' = 'low',
): Authentication {
  return {
    holderId: card.holderId,
    holderName: 'Nguyễn Văn Mẫu',
    method: 'card',
    level,
    amr: level === 'high' ? ['sc', 'pin', 'hwk', 'mfa'] : ['hwk'],
    cardUuid: card.cardUuid,
    cardKind: card.kind,
    keySlot: level === 'high' ? '9A' : '9E',
    terminalId,
    passkeyId: null,
    at: systemClock.now(),
  }
}

const views: ProviderViews = {
  renderError: (ctx, out) => {
    show(ctx, { page: 'error', error: out.error })
  },
  logoutPage: (ctx, form) => {
    ctx.type = 'html'
    ctx.body = form
  },
  loggedOutPage: (ctx) => {
    show(ctx, { page: 'logged-out' })
  },
}

function show(ctx: ProviderContext, body: object): void {
  ctx.type = 'json'
  ctx.body = JSON.stringify(body)
}

function respond(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function redirect(res: ServerResponse, location: string): void {
  res.writeHead(303, { location }).end()
}
