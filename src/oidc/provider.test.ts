import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createSignInFixture,
  said,
  type SignInFixture,
} from '../../test/support/sign-in-fixture.ts'
import { openTestStore, testStores } from '../../test/support/test-stores.ts'
import { TestBrowser } from '../../test/support/test-browser.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'

describe.each(testStores)('the provider on %s', (kind) => {
  let store: ExpiringStore
  let fixture: SignInFixture

  beforeAll(async () => {
    store = await openTestStore(kind)
    fixture = await createSignInFixture(store)
  })

  afterAll(async () => {
    await fixture.close()
    await store.close()
  })

  it('signs a civil servant in by the code flow, with level, name and agency', async () => {
    const { registry, service } = fixture
    const app = await fixture.application()
    const { justice } = registry.agency
    const card = await registry.addCard({ name: 'Nguyễn Văn Mẫu', agency: justice })
    const browser = new TestBrowser()
    const done = await fixture.tap(browser, app, card, { level: 'high' })
    expect(said(done)['signedIn']).toMatchObject({
      iss: service.issuer,
      sub: card.holderId,
      acr: 'urn:ecard:loa:high',
      amr: ['sc', 'pin', 'hwk', 'mfa'],
      name: 'Nguyễn Văn Mẫu',
      family_name: 'Nguyễn',
      given_name: 'Mẫu',
      agencies: [
        { code: 'MH-STP', name: 'Sở Tư pháp', path: ['MH', 'MH-STP'], position: 'Chuyên viên' },
      ],
      card_kind: 'civil-servant',
      auth_time: expect.any(Number) as number,
      sid: expect.any(String) as string,
    })
  })

  it('tells the sign-in page who asks, for what and in which language', async () => {
    const { registry } = fixture
    const app = await fixture.application({}, { agencyId: registry.agency.interior.id })
    const page = await new TestBrowser().visit(
      await app.authorizationUrl({ ui_locales: 'en-GB vi', acr_values: 'urn:ecard:loa:high' }),
    )
    expect(said(page)).toMatchObject({
      client: {
        clientId: app.clientId,
        name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
        office: { vi: 'Sở Nội vụ', en: 'Sở Nội vụ' },
      },
      requiredLevel: 'high',
      cardKinds: ['civil-servant'],
      language: 'en',
      reason: 'no-session',
    })
  })

  it.each(['client_secret_basic', 'client_secret_post', 'none'] as const)(
    'lets an application prove itself by %s',
    async (auth) => {
      const app = await fixture.application({ auth })
      const card = await fixture.registry.addCard()
      expect(said(await fixture.tap(new TestBrowser(), app, card))).toHaveProperty('signedIn')
    },
  )

  it('refuses the hash of a client secret in the place of the secret', async () => {
    const app = await fixture.application({ auth: 'client_secret_basic' })
    const registered = await fixture.registry.clients.find(app.clientId)
    const hash = registered?.secretHash?.toString('hex') ?? ''
    const stolen = await client.discovery(
      new URL(fixture.service.issuer),
      app.clientId,
      {},
      client.ClientSecretBasic(hash),
      { execute: [allowHttp] },
    )
    await expect(client.clientCredentialsGrant(stolen)).rejects.toMatchObject({
      status: 401,
    })
  })

  it('signs ID tokens with RS256 for an application that asks for it', async () => {
    const app = await fixture.application({ idTokenAlgorithm: 'RS256' })
    await fixture.tap(new TestBrowser(), app, await fixture.registry.addCard())
    const header = Buffer.from(app.sessions[0]?.idToken.split('.')[0] ?? '', 'base64url')
    expect(JSON.parse(header.toString())).toMatchObject({ alg: 'RS256' })
  })

  it('signs in at a second application without the page', async () => {
    const [first, second] = [await fixture.application(), await fixture.application()]
    const browser = new TestBrowser()
    await fixture.tap(browser, first, await fixture.registry.addCard())
    expect(said(await browser.visit(await second.authorizationUrl()))).toHaveProperty('signedIn')
    expect(second.sessions[0]?.sub).toBe(first.sessions[0]?.sub)
  })

  it('asks again where an application needs a stronger sign-in, and raises the session', async () => {
    const weak = await fixture.application()
    const strong = await fixture.application({}, { policy: { leastLevel: 'high' } })
    const card = await fixture.registry.addCard()
    const browser = new TestBrowser()
    await fixture.tap(browser, weak, card)
    const page = await browser.visit(await strong.authorizationUrl())
    expect(said(page)).toMatchObject({ reason: 'level', requiredLevel: 'high' })
    await fixture.tap(browser, strong, card, { level: 'high' })
    expect(strong.sessions[0]?.claims).toMatchObject({ acr: 'urn:ecard:loa:high' })
    const again = await browser.visit(await weak.authorizationUrl())
    expect(said(again)).toMatchObject({ signedIn: { acr: 'urn:ecard:loa:high' } })
  })

  it('keeps asking while the sign-in is too weak for what the application asked for', async () => {
    const app = await fixture.application()
    const card = await fixture.registry.addCard()
    const parameters = { acr_values: 'urn:ecard:loa:high' }
    const page = await fixture.tap(new TestBrowser(), app, card, { parameters })
    expect(said(page)).toMatchObject({ reason: 'level', requiredLevel: 'high' })
  })

  it('turns a session of another kind of card away, and takes the right card', async () => {
    const forOfficials = await fixture.application()
    const forCitizens = await fixture.application({}, { policy: { cardKinds: ['citizen'] } })
    const official = await fixture.registry.addCard()
    const citizen = await fixture.registry.addCard({ kind: 'citizen', holderId: official.holderId })
    const browser = new TestBrowser()
    await fixture.tap(browser, forOfficials, official)
    const page = await browser.visit(await forCitizens.authorizationUrl())
    expect(said(page)).toMatchObject({ reason: 'card-kind', cardKinds: ['citizen'] })
    const done = await fixture.tap(browser, forCitizens, citizen)
    expect(said(done)).toMatchObject({ signedIn: { card_kind: 'citizen' } })
  })

  it('admits the people of the agencies that an application is for, and of those below', async () => {
    const { province, justice, interior } = fixture.registry.agency
    const ofJustice = await fixture.application({}, { policy: { agencyIds: [justice.id] } })
    const ofAll = await fixture.application({}, { policy: { agencyIds: [province.id] } })
    const browser = new TestBrowser()
    const stranger = await fixture.registry.addCard({ agency: interior })
    expect(said(await fixture.tap(browser, ofJustice, stranger))).toMatchObject({
      reason: 'agency',
    })
    expect(said(await browser.visit(await ofAll.authorizationUrl()))).toHaveProperty('signedIn')
  })

  it('answers prompt=none without a page', async () => {
    const app = await fixture.application()
    const url = await app.authorizationUrl({ prompt: 'none' })
    expect(said(await new TestBrowser().visit(url))).toEqual({ refused: 'login_required' })
  })

  it.each([
    { parameters: { prompt: 'login' }, reason: 'asked' },
    { parameters: { max_age: '0' }, reason: 'asked' },
  ])('asks for a new sign-in with $parameters', async ({ parameters, reason }) => {
    const app = await fixture.application()
    const card = await fixture.registry.addCard()
    const browser = new TestBrowser()
    await fixture.tap(browser, app, card)
    expect(said(await browser.visit(await app.authorizationUrl(parameters)))).toMatchObject({
      reason,
    })
    expect(said(await fixture.tap(browser, app, card, { parameters }))).toHaveProperty('signedIn')
  })

  it('gives access_denied to the application when the person cancels', async () => {
    const app = await fixture.application()
    const browser = new TestBrowser()
    const page = await browser.visit(await app.authorizationUrl())
    const done = await fixture.service.cancel(browser, page)
    expect(said(done)).toEqual({ refused: 'access_denied' })
  })

  it('keeps a sign-in page to the browser that it was opened in', async () => {
    const app = await fixture.application()
    const page = await new TestBrowser().visit(await app.authorizationUrl())
    const other = await new TestBrowser().visit(page.url)
    expect(said(other)).toEqual({ error: 'INTERACTION_EXPIRED' })
  })

  it('refuses a request without PKCE', async () => {
    const app = await fixture.application()
    const url = await app.authorizationUrl()
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    expect(said(await new TestBrowser().visit(url))).toEqual({ refused: 'invalid_request' })
  })

  it.each([
    { what: 'an unknown application', parameter: 'client_id', error: 'invalid_client' },
    {
      what: 'a foreign redirect address',
      parameter: 'redirect_uri',
      error: 'invalid_redirect_uri',
    },
  ])('shows a page of its own for $what', async ({ parameter, error }) => {
    const app = await fixture.application()
    const url = await app.authorizationUrl()
    url.searchParams.set(parameter, 'http://localhost:1/elsewhere')
    const page = await new TestBrowser().visit(url)
    expect({ status: page.status, ...said(page) }).toEqual({ status: 400, page: 'error', error })
  })

  it('shows a page of its own for an address that there is not', async () => {
    const page = await new TestBrowser().visit(`${fixture.service.issuer}/nowhere`)
    expect({ status: page.status, ...said(page) }).toEqual({
      status: 404,
      page: 'error',
      error: 'not_found',
    })
  })

  it('refuses scopes that are not registered for the application', async () => {
    const app = await fixture.application({ scope: 'openid profile' })
    const url = await app.authorizationUrl({ scope: 'openid agency' })
    expect(said(await new TestBrowser().visit(url))).toEqual({ refused: 'invalid_scope' })
  })

  it('no longer knows an application that was disabled', async () => {
    const app = await fixture.application()
    await fixture.registry.addClient(app, { state: 'disabled' })
    const page = await new TestBrowser().visit(await app.authorizationUrl())
    expect(said(page)).toMatchObject({ page: 'error', error: 'invalid_client' })
  })

  it('gives tokens for a code to one of many concurrent redeemers', async () => {
    const app = await fixture.application()
    const browser = new TestBrowser()
    const card = await fixture.registry.addCard()
    await fixture.tap(browser, app, card)
    const callback = await callbackOf(browser, await app.authorizationUrl())
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, () => app.redeemCode(callback)),
    )
    const refusals = attempts.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as Error] : [],
    )
    expect(refusals).toHaveLength(7)
    for (const refusal of refusals) expect(refusal).toMatchObject({ error: 'invalid_grant' })
  })

  it('takes back the tokens of a code that is used a second time', async () => {
    const app = await fixture.application()
    const browser = new TestBrowser()
    await fixture.tap(browser, app, await fixture.registry.addCard())
    const callback = await callbackOf(browser, await app.authorizationUrl())
    const session = await app.redeem(callback)
    await expect(app.redeemCode(callback)).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(
      client.fetchUserInfo(app.client, session.accessToken, session.sub),
    ).rejects.toMatchObject({ status: 401 })
  })

  async function callbackOf(browser: TestBrowser, url: URL): Promise<URL> {
    const page = await browser.step(url)
    return new URL(page.headers.get('location') ?? '')
  }
})

// A service on loopback has no TLS.
// eslint-disable-next-line @typescript-eslint/no-deprecated -- the library marks it to be noticed
const allowHttp = client.allowInsecureRequests
