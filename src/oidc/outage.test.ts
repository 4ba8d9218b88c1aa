import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RestartableRedis } from '../../test/support/restartable-redis.ts'
import {
  createSignInFixture,
  said,
  type SignInFixture,
} from '../../test/support/sign-in-fixture.ts'
import { authenticationBy } from '../../test/support/sign-in-service.ts'
import { TestBrowser } from '../../test/support/test-browser.ts'
import { openTestStore } from '../../test/support/test-stores.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { openRedis } from '../db/redis.ts'
import { StoreUnavailable } from '../errors.ts'
import { silentLog } from '../log.ts'

let redis: RestartableRedis
let store: ExpiringStore
let closeBus: () => Promise<void>
let fixture: SignInFixture

beforeAll(async () => {
  redis = await RestartableRedis.start()
  const opened = await openRedis({ url: redis.url, log: silentLog })
  store = opened.store
  closeBus = () => opened.bus.close()
  fixture = await createSignInFixture(store)
})

afterAll(async () => {
  await fixture.close()
  await store.close()
  await closeBus()
  await redis.stop()
})

it('says so at every address while Redis is away, and goes on when it is back', async () => {
  const app = await fixture.application()
  const card = await fixture.registry.addCard()
  const browser = new TestBrowser()
  await fixture.tap(browser, app, card)
  const page = await browser.visit(await app.authorizationUrl({ prompt: 'login' }))
  await redis.stop()

  const unavailable = { page: 'error', error: 'temporarily_unavailable' }
  for (const url of [await app.authorizationUrl(), app.logoutUrl(app.sessions[0] ?? null)]) {
    const answer = await browser.visit(url)
    expect({ status: answer.status, ...said(answer) }).toEqual({ status: 503, ...unavailable })
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(answer.headers.get('location')).toBeNull()
  }
  const signIn = authenticationBy(card, fixture.terminalId)
  const attempt = await fixture.service.signIn(browser, page, signIn)
  expect(said(attempt)).toEqual({ error: 'STORE_UNAVAILABLE' })
  const token = await fetch(`${fixture.service.issuer}/userinfo`, {
    headers: { authorization: `Bearer ${app.sessions[0]?.accessToken ?? ''}` },
  })
  expect({ status: token.status, ...((await token.json()) as object) }).toMatchObject({
    status: 503,
    error: 'temporarily_unavailable',
  })

  await redis.start()
  await untilAnswers(store)
  expect(said(await fixture.tap(new TestBrowser(), app, card))).toHaveProperty('signedIn')
})

it('writes its own address whatever the Host header says', async () => {
  const { issuer } = fixture.service
  const discovered = await getAs('elsewhere.example', `${issuer}/.well-known/openid-configuration`)
  expect(discovered).not.toContain('elsewhere.example')
  expect(JSON.parse(discovered)).toMatchObject({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    end_session_endpoint: `${issuer}/session/end`,
    revocation_endpoint: `${issuer}/revoke`,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
    backchannel_logout_session_supported: true,
    acr_values_supported: ['urn:ecard:loa:low', 'urn:ecard:loa:substantial', 'urn:ecard:loa:high'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
  })
})

it('signs nobody in where the session could not be put into the index', async () => {
  const memory = await openTestStore('memory')
  let isFailing = false
  const addMember: ExpiringStore['addMember'] = (key, member, ttlSeconds) =>
    isFailing
      ? Promise.reject(new StoreUnavailable('the store went away'))
      : memory.addMember(key, member, ttlSeconds)
  const other = await createSignInFixture({ ...memory, addMember })
  const app = await other.application()
  const strong = await other.application({}, { policy: { leastLevel: 'high' } })
  const card = await other.registry.addCard()
  const [stranger, known] = [new TestBrowser(), new TestBrowser()]
  await other.tap(known, app, card)

  isFailing = true
  const unavailable = { page: 'error', error: 'temporarily_unavailable' }
  expect(said(await other.tap(stranger, app, card))).toEqual(unavailable)
  expect(said(await other.tap(known, strong, card, { level: 'high' }))).toEqual(unavailable)

  isFailing = false
  const silently = { prompt: 'none' }
  const again = await stranger.visit(await app.authorizationUrl(silently))
  expect(said(again)).toEqual({ refused: 'login_required' })
  const raised = await known.visit(await strong.authorizationUrl(silently))
  expect(said(raised)).toEqual({ refused: 'interaction_required' })
  const asBefore = await known.visit(await app.authorizationUrl(silently))
  expect(said(asBefore)).toMatchObject({ signedIn: { acr: 'urn:ecard:loa:low' } })
  await other.close()
})

describe('an answer', () => {
  let failing: string | null
  let other: SignInFixture

  beforeAll(async () => {
    const memory = await openTestStore('memory')
    const put: ExpiringStore['put'] = (key, value, ttlSeconds) =>
      failing !== null && key.startsWith(`oidc:${failing}:`)
        ? Promise.reject(new StoreUnavailable('the store went away'))
        : memory.put(key, value, ttlSeconds)
    other = await createSignInFixture({ ...memory, put })
  })
  beforeEach(() => {
    failing = null
  })
  afterAll(() => other.close())

  it.each(['Grant', 'AuthorizationCode', 'Session', 'session-of-cookie'])(
    'brings no code where what was written last could not be kept: %s',
    async (name) => {
      const card = await other.registry.addCard()
      failing = name
      const answer = await other.tap(new TestBrowser(), await other.application(), card)
      expect(said(answer)).toEqual({ page: 'error', error: 'temporarily_unavailable' })
      expect(answer.headers.get('location')).toBeNull()
    },
  )

  it('brings no token that could not be kept, and says so as JSON', async () => {
    const service = await other.application(
      { clientId: 'service', auth: 'client_secret_basic', grantTypes: ['client_credentials'] },
      {},
    )
    failing = 'ClientCredentials'
    const answer = await fetch(`${other.service.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${service.clientId}:${service.secret ?? ''}`)}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  })
})

async function untilAnswers(wanted: ExpiringStore): Promise<void> {
  for (;;) {
    const answers = await wanted.ping().then(
      () => true,
      () => false,
    )
    if (answers) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function getAs(host: string, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (part: string) => (body += part))
      answer.on('end', () => {
        resolve(body)
      })
    })
    sent.on('error', reject).end()
  })
}
