import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ApplicationSession, RelyingParty } from '../../test/support/relying-party.ts'
import {
  createSignInFixture,
  said,
  type SignInFixture,
} from '../../test/support/sign-in-fixture.ts'
import { authenticationBy } from '../../test/support/sign-in-service.ts'
import { TestBrowser, type Page } from '../../test/support/test-browser.ts'
import { openTestStore, testStores } from '../../test/support/test-stores.ts'
import type { Card } from '../cards/card.ts'
import { systemClock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import { endSessions } from './end-sessions.ts'

describe.each(testStores)('sessions on %s', (kind) => {
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

  /** One person in one browser, signed in at two applications. */
  async function signedInTwice(options: { terminalId?: string } = {}) {
    const [first, second] = [await fixture.application(), await fixture.application()]
    const card = await fixture.registry.addCard()
    const browser = new TestBrowser()
    await fixture.tap(browser, first, card, options)
    await browser.visit(await second.authorizationUrl())
    return { first, second, card, browser }
  }

  async function isSignedOut(browser: TestBrowser, party: RelyingParty): Promise<boolean> {
    const page = await browser.visit(await party.authorizationUrl({ prompt: 'none' }))
    return said(page)['refused'] === 'login_required'
  }

  it('ends at every application when one of them signs the person out with a proof', async () => {
    const { first, second, browser } = await signedInTwice()
    const proof = first.sessions[0] ?? null
    const page = await browser.visit(first.logoutUrl(proof))
    expect(page.url.href).toContain(`${first.origin}/signed-out`)
    expect(said(page)).toEqual({ page: '/signed-out', state: 'after-logout' })
    expect([first.sessions, second.sessions]).toEqual([[], []])
    expect(await isSignedOut(browser, second)).toBe(true)
  })

  it('asks the person first where the application has no proof', async () => {
    const { first, second, browser } = await signedInTwice()
    const page = await browser.visit(first.logoutUrl(null))
    expect(page.text).toContain('<form id="op.logoutForm"')
    expect(second.sessions).toHaveLength(1)
    expect(said(await pressLogout(browser, page))).toMatchObject({ page: '/signed-out' })
    expect([first.sessions, second.sessions]).toEqual([[], []])
    expect(await isSignedOut(browser, second)).toBe(true)
  })

  it('takes the proof of another session for none', async () => {
    const { first, browser } = await signedInTwice()
    const stranger = new TestBrowser()
    await fixture.tap(stranger, first, await fixture.registry.addCard())
    const foreign = first.sessions[1] ?? null
    expect(foreign).not.toBeNull()
    const page = await browser.visit(first.logoutUrl(foreign))
    expect(page.text).toContain('<form id="op.logoutForm"')
    expect(first.sessions).toHaveLength(2)
  })

  it('sends a browser without a session straight back, without a script', async () => {
    const { first, browser } = await signedInTwice()
    const proof = first.sessions[0] ?? null
    await browser.visit(first.logoutUrl(proof))
    const page = await browser.visit(first.logoutUrl(proof))
    expect(said(page)).toMatchObject({ page: '/signed-out' })
    const plain = await browser.visit(`${fixture.service.issuer}/session/end`)
    expect(said(plain)).toEqual({ page: 'logged-out' })
  })

  it.each(['holder', 'card', 'terminal'] as const)('ends with its %s', async (subject) => {
    const terminalId = await fixture.registry.addTerminal()
    const { first, second, card, browser } = await signedInTwice({ terminalId })
    const bystander = await signedInTwice()
    const ids = { holder: card.holderId, card: card.cardUuid, terminal: terminalId }
    const [session] = first.sessions
    const { parts } = fixture.service.provider
    const receipts = await endSessions(parts, { kind: subject, id: ids[subject] })
    expect(receipts.map(({ clientId, outcome }) => [clientId, outcome]).sort()).toEqual(
      [first.clientId, second.clientId].map((id) => [id, 'told']).sort(),
    )
    expect([first.sessions, second.sessions]).toEqual([[], []])
    expect(first.logoutTokens[0]).toMatchObject({ sub: card.holderId, sid: session?.sid })
    expect(await isSignedOut(browser, first)).toBe(true)
    await expectNoUserInfo(first, session)
    expect(bystander.first.sessions).toHaveLength(1)
    expect(await isSignedOut(bystander.browser, bystander.second)).toBe(false)
  })

  it('is ended once, however many nodes are told at the same time', async () => {
    const { card, first } = await signedInTwice()
    const { parts } = fixture.service.provider
    const subject = { kind: 'card', id: card.cardUuid } as const
    const all = await Promise.all(Array.from({ length: 5 }, () => endSessions(parts, subject)))
    expect(all.flat()).toHaveLength(2)
    expect(first.logoutTokens).toHaveLength(1)
    expect(await endSessions(parts, subject)).toEqual([])
  })

  it('is told to the others although one application is away, which is tried again', async () => {
    const { first, second, card } = await signedInTwice()
    first.answersLogout = false
    const { parts } = fixture.service.provider
    const receipts = await endSessions(parts, { kind: 'card', id: card.cardUuid })
    const outcomes = new Map(receipts.map(({ clientId, outcome }) => [clientId, outcome]))
    expect(outcomes.get(first.clientId)).toBe('open')
    expect(outcomes.get(second.clientId)).toBe('told')
    expect(second.sessions).toEqual([])
    first.answersLogout = true
    await vi.waitUntil(() => first.logoutTokens.length === 1)
    expect(first.sessions).toEqual([])
  })

  it('ends when another person signs in in the same browser', async () => {
    const { first, second, browser } = await signedInTwice()
    const other = await fixture.registry.addCard()
    const strong = await fixture.application({}, { policy: { leastLevel: 'high' } })
    const done = await fixture.tap(browser, strong, other, { level: 'high' })
    expect(said(done)).toMatchObject({ signedIn: { sub: other.holderId } })
    expect([first.sessions, second.sessions]).toEqual([[], []])
    const again = await browser.visit(await first.authorizationUrl())
    expect(said(again)).toMatchObject({ signedIn: { sub: other.holderId } })
  })

  it('ends when another person had a sign-in page open before it began', async () => {
    const app = await fixture.application()
    const [mine, other] = [await fixture.registry.addCard(), await fixture.registry.addCard()]
    const browser = new TestBrowser()
    const earlier = await browser.visit(await app.authorizationUrl())
    await fixture.tap(browser, app, mine)
    const { service, terminalId } = fixture
    const done = await service.signIn(browser, earlier, authenticationBy(other, terminalId))
    expect(said(done)).toMatchObject({ signedIn: { sub: other.holderId } })
    expect(app.sessions.map(({ sub }) => sub)).toEqual([other.holderId])
    expect(app.logoutTokens[0]?.sub).toBe(mine.holderId)
  })

  it.each(['suspended', 'revoked'] as const)(
    'is refused everywhere at once when its card is %s',
    async (to) => {
      const { first, card, browser } = await signedInTwice()
      const [session] = first.sessions
      await changeCard(card, to)
      expect(await isSignedOut(browser, first)).toBe(true)
      await expectNoUserInfo(first, session)
    },
  )

  it('is refused everywhere at once when its holder leaves', async () => {
    const { first, card, browser } = await signedInTwice()
    await fixture.registry.holders.setState(card.holderId, 'inactive', systemClock.now())
    expect(await isSignedOut(browser, first)).toBe(true)
    await expectNoUserInfo(first, first.sessions[0])
  })

  it('neither begins nor goes on with a revoked certificate, though another of the card is good', async () => {
    const { certificates } = fixture.registry
    const { first, second, card, browser } = await signedInTwice()
    const bySlot = await certificates.listByCard(card.cardUuid)
    const signed = bySlot.find(({ slot }) => slot === '9E')
    if (signed === undefined) throw new Error('the card has no certificate')
    const at = systemClock.now()
    await certificates.setStatus(signed, { status: 'revoked', at, reason: 'keyCompromise' })
    expect(await isSignedOut(browser, second)).toBe(true)
    await expectNoUserInfo(first, first.sessions[0])
    for (const [level, refused] of [
      ['low', 'access_denied'],
      ['high', undefined],
    ] as const) {
      const other = new TestBrowser()
      const asked = await other.visit(await first.authorizationUrl())
      const authentication = authenticationBy(card, fixture.terminalId, level)
      const done = await fixture.service.signIn(other, asked, authentication)
      expect(said(done)['refused']).toBe(refused)
    }
  })

  it('does not begin when the card is suspended between the tap and the way back', async () => {
    const app = await fixture.application()
    const card = await fixture.registry.addCard()
    const browser = new TestBrowser()
    const page = await browser.visit(await app.authorizationUrl())
    await changeCard(card, 'suspended')
    const done = await fixture.service.signIn(
      browser,
      page,
      authenticationBy(card, fixture.terminalId),
    )
    expect(said(done)).toEqual({ refused: 'access_denied' })
    await fixture.registry.cards.changeState(card.cardUuid, {
      from: 'suspended',
      to: 'active',
      reason: null,
      at: systemClock.now(),
    })
    expect(await isSignedOut(browser, app)).toBe(true)
  })

  it('does not begin when the terminal is withdrawn between the tap and the way back', async () => {
    const app = await fixture.application()
    const card = await fixture.registry.addCard()
    const terminalId = await fixture.registry.addTerminal()
    const browser = new TestBrowser()
    const page = await browser.visit(await app.authorizationUrl())
    await fixture.registry.terminals.withdraw(terminalId, systemClock.now())
    const done = await fixture.service.signIn(browser, page, authenticationBy(card, terminalId))
    expect(said(done)).toEqual({ refused: 'access_denied' })
    expect(await isSignedOut(browser, app)).toBe(true)
  })

  describe('refresh tokens', () => {
    const scope = 'openid profile offline_access'
    const grantTypes = ['authorization_code', 'refresh_token']

    it('live and die with the session where no offline access was asked for', async () => {
      const { app, token, browser } = await signedInWith({ grantTypes })
      const renewed = await client.refreshTokenGrant(app.client, token)
      expect(renewed.claims()?.['acr']).toBe('urn:ecard:loa:low')
      await browser.visit(app.logoutUrl(app.sessions[0] ?? null))
      await expectRefused(app, token)
    })

    it('outlive a sign-out where offline access was asked for, but not the card', async () => {
      const parameters = { prompt: 'consent' }
      const { app, token, card, browser } = await signedInWith({ grantTypes, scope }, parameters)
      await browser.visit(app.logoutUrl(app.sessions[0] ?? null))
      await client.refreshTokenGrant(app.client, token)
      const { parts } = fixture.service.provider
      await endSessions(parts, { kind: 'card', id: card.cardUuid })
      await expectRefused(app, token)
    })

    it('are refused while the card is suspended', async () => {
      const parameters = { prompt: 'consent' }
      const { app, token, card } = await signedInWith({ grantTypes, scope }, parameters)
      await changeCard(card, 'suspended')
      await expectRefused(app, token)
    })

    it('rotate for a public application, and a second use of one revokes them all', async () => {
      const { app, token } = await signedInWith({ grantTypes, auth: 'none' })
      const renewed = await client.refreshTokenGrant(app.client, token)
      const next = renewed.refresh_token ?? ''
      expect(next).not.toBe(token)
      await expectRefused(app, token)
      await expectRefused(app, next)
    })

    it('of one generation renew once among many concurrent uses', async () => {
      const { app, token } = await signedInWith({ grantTypes, auth: 'none' })
      const attempts = await Promise.allSettled(
        Array.from({ length: 6 }, () => client.refreshTokenGrant(app.client, token)),
      )
      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    it('are revoked by the application, with everything of their grant', async () => {
      const { app, token } = await signedInWith({ grantTypes })
      const [session] = app.sessions
      await client.tokenRevocation(app.client, token)
      await expectRefused(app, token)
      await expectNoUserInfo(app, session)
    })

    async function signedInWith(
      options: Parameters<SignInFixture['application']>[0],
      parameters: Record<string, string> = {},
    ) {
      const app = await fixture.application(options)
      const card = await fixture.registry.addCard()
      const browser = new TestBrowser()
      await fixture.tap(browser, app, card, { parameters })
      return { app, card, browser, token: app.sessions[0]?.refreshToken ?? '' }
    }

    async function expectRefused(app: RelyingParty, token: string): Promise<void> {
      await expect(client.refreshTokenGrant(app.client, token)).rejects.toMatchObject({
        error: 'invalid_grant',
      })
    }
  })

  it('gives a service a token of its own', async () => {
    const grantTypes = ['client_credentials']
    const app = await fixture.application({ grantTypes, scope: 'openid' })
    const tokens = await client.clientCredentialsGrant(app.client)
    expect(tokens.access_token).toEqual(expect.any(String))
    expect(tokens.expires_in).toBe(600)
  })

  async function changeCard(card: Card, to: 'suspended' | 'revoked'): Promise<void> {
    const step = { from: 'active', to, reason: null, at: systemClock.now() } as const
    await fixture.registry.cards.changeState(card.cardUuid, step)
  }
})

async function expectNoUserInfo(
  app: RelyingParty,
  session: ApplicationSession | undefined,
): Promise<void> {
  const { accessToken = '', sub = '' } = session ?? {}
  await expect(client.fetchUserInfo(app.client, accessToken, sub)).rejects.toMatchObject({
    status: 401,
  })
}

/** Presses the one button of the page that asks whether to sign out. */
async function pressLogout(browser: TestBrowser, page: Page): Promise<Page> {
  const [, action = ''] = /action="([^"]+)"/.exec(page.text) ?? []
  const [, xsrf = ''] = /value="([^"]+)"/.exec(page.text) ?? []
  const body = new URLSearchParams({ xsrf, logout: 'yes' })
  return browser.visit(action, { method: 'POST', body })
}
