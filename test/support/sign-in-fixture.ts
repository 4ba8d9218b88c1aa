import { systemClock } from '../../src/clock.ts'
import type { Card } from '../../src/cards/card.ts'
import type { ExpiringStore } from '../../src/db/expiring-store.ts'
import type { Lifetimes } from '../../src/oidc/lifetimes.ts'
import { startRelyingParty, type RelyingParty, type RelyingPartyOptions } from './relying-party.ts'
import { createSignInRegistry, type SignInRegistry } from './sign-in-registry.ts'
import { authenticationBy, startSignInService, type SignInService } from './sign-in-service.ts'
import type { TestBrowser } from './test-browser.ts'
import { type Page } from './test-browser.ts'
import { testSigningKeys } from './test-signing-keys.ts'

type GivenToClient = Parameters<SignInRegistry['addClient']>[1]

/** A service, its registry and as many applications as a test wants. */
export interface SignInFixture {
  readonly service: SignInService
  readonly registry: SignInRegistry
  readonly terminalId: string
  /** A registered application that knows the service. */
  application(options?: Partial<RelyingPartyOptions>, given?: GivenToClient): Promise<RelyingParty>
  /** Taps `card` at the sign-in page of `party`. */
  tap(browser: TestBrowser, party: RelyingParty, card: Card, how?: Tap): Promise<Page>
  close(): Promise<void>
}

interface Tap {
  readonly level?: 'low' | 'high'
  readonly terminalId?: string
  readonly parameters?: Record<string, string>
}

export async function createSignInFixture(
  store: ExpiringStore,
  lifetimes: Partial<Lifetimes> = {},
): Promise<SignInFixture> {
  const registry = await createSignInRegistry(systemClock.now())
  const signingKeys = await testSigningKeys()
  const service = await startSignInService({ store, registry, signingKeys, lifetimes })
  const terminalId = await registry.addTerminal()
  const parties: RelyingParty[] = []
  return {
    service,
    registry,
    terminalId,
    application: async (options = {}, given = {}) => {
      const clientId = `application-${parties.length + 1}`
      const party = await startRelyingParty({ clientId, ...options })
      parties.push(party)
      await registry.addClient(party, given)
      await party.connect(service.issuer)
      return party
    },
    tap: async (browser, party, card, how = {}) => {
      const page = await browser.visit(await party.authorizationUrl(how.parameters))
      const at = how.terminalId ?? terminalId
      return service.signIn(browser, page, authenticationBy(card, at, how.level))
    },
    close: async () => {
      await Promise.all(parties.map((party) => party.close()))
      await service.close()
      await registry.close()
    },
  }
}

/** What a page of the tests' own says. */
export function said(page: Page): Record<string, unknown> {
  return JSON.parse(page.text) as Record<string, unknown>
}
