import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import Provider, { type Adapter } from 'oidc-provider'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../errors.ts'
import { silentLog, type Log } from '../log.ts'
import type { ProviderContext } from '../oidc/provider.ts'
import { Unavailable } from '../oidc/unavailable.ts'
import { systemRandom } from '../random.ts'
import { createApp } from './app.ts'
import { createOidcViews } from './oidc-views.tsx'
import { fakeDeps } from './test-support/web-under-test.ts'

const operator = { vi: 'Tỉnh Minh Họa', en: 'Minh Hoa Province' }
let server: Server
let url: string
let logged: unknown[]
let signingKey: JWK
/** Thrown by the provider's next look into its storage. */
let fault: Error | null

beforeAll(async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  signingKey = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }
})

beforeEach(async () => {
  logged = []
  fault = null
  server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = realProvider(url)
  server.on('request', createApp({ ...fakeDeps(url), provider: provider.callback() }).listener)
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

describe('an error of the provider', () => {
  it('says that an application is not registered, in the language asked for', async () => {
    const vi = await visit('/authorize?client_id=nobody')
    expect(vi.status).toBe(400)
    expect(vi.text).toContain('Ứng dụng này chưa được đăng ký')
    expect(vi.text).toContain('ECARD-3012')
    const en = await visit('/authorize?client_id=nobody&ui_locales=en-GB')
    expect(en.text).toContain('This application is not registered')
  })

  it('gives the protocol’s own words in small type, escaped', async () => {
    const { text } = await visit('/authorize?client_id=app&redirect_uri=https://x.example/<b>')
    expect(text).toContain('Ứng dụng gửi yêu cầu đăng nhập chưa đúng')
    expect(text).toMatch(/<p class="detail">invalid_redirect_uri/)
    expect(text).not.toContain('<b>')
  })

  it('tries again by itself where a store did not answer', async () => {
    fault = new Unavailable(new StoreUnavailable('away'))
    const { status, headers, text } = await visit('/authorize?client_id=other')
    expect(status).toBe(503)
    expect(headers.get('Retry-After')).toBe('5')
    expect(text).toContain('<meta http-equiv="refresh" content="5">')
    expect(text).not.toContain('temporarily_unavailable')
  })

  it('is an incident where nobody expected it, and nothing of it is shown', async () => {
    fault = new Error('secret detail')
    const { status, text } = await visit('/authorize?client_id=other')
    const [, incident] = /ECARD-3000-([0-9A-F]{8})/.exec(text) ?? []
    expect(status).toBe(500)
    expect(logged).toContain(incident)
    expect(text).not.toContain('secret detail')
  })

  it('says that a sign-in has ended', async () => {
    const { text } = await visit('/authorize/aBcDeFgHiJkLmNoPqRsTu')
    expect(text).toContain('Lần đăng nhập này đã kết thúc')
  })
})

describe('signing out', () => {
  it('says so when it is done', async () => {
    const { status, text } = await visit('/session/end/success')
    expect(status).toBe(200)
    expect(text).toContain('Đã đăng xuất')
  })

  it('asks with the provider’s own form, whose redirects may end at an application', () => {
    const set: Record<string, string> = {}
    const ctx = {
      req: { method: 'GET', url: '/session/end', headers: {} },
      response: { get: () => "default-src 'none';form-action 'self';script-src 'self'" },
      set: (name: string, value: string) => (set[name] = value),
    } as unknown as ProviderContext
    const form = '<form id="op.logoutForm" method="post" action="/session/end/confirm"></form>'
    void views().logoutPage(ctx, form)
    expect(ctx.type).toBe('html')
    expect(ctx.body).toContain(form)
    expect(ctx.body).toMatch(/<button[^>]* form="op.logoutForm" name="logout" value="yes"/)
    expect(set['Content-Security-Policy']).toBe(
      "default-src 'none';form-action 'self' https: http:;script-src 'self'",
    )
  })
})

function views() {
  const log: Log = {
    ...silentLog,
    error: (_event, _error, facts) => logged.push(facts?.['incident']),
  }
  return createOidcViews({ issuer: url, operator, random: systemRandom, log })
}

/** Holds nothing, and fails where the test says so. */
const emptyAdapter: Adapter = {
  find: () => (fault === null ? Promise.resolve(undefined) : Promise.reject(fault)),
  upsert: () => Promise.resolve(),
  findByUserCode: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  consume: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  revokeByGrantId: () => Promise.resolve(),
}

/** The library itself, with a registered application and our pages. */
function realProvider(issuer: string): Provider {
  const pages = views()
  return new Provider(issuer, {
    routes: { authorization: '/authorize' },
    adapter: () => emptyAdapter,
    clients: [
      {
        client_id: 'app',
        token_endpoint_auth_method: 'none',
        id_token_signed_response_alg: 'ES256',
        redirect_uris: ['https://a.example/cb'],
      },
    ],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    jwks: { keys: [signingKey] },
    cookies: { keys: ['for tests alone'] },
    renderError: (ctx, out, error) => pages.renderError(ctx, out, error),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => pages.logoutPage(ctx, form),
        postLogoutSuccessSource: (ctx) => pages.loggedOutPage(ctx),
      },
    },
  })
}

async function visit(path: string) {
  const answer = await fetch(url + path, { headers: { Accept: 'text/html' }, redirect: 'manual' })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
