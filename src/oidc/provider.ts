import { Provider, type Client, type Configuration, type ExternalSigningKey } from 'oidc-provider'
import type { Clock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import type { AgencyStore } from '../holders/agency-store.ts'
import type { HolderStore } from '../holders/holder-store.ts'
import type { Log } from '../log.ts'
import { createAdapterFactory } from './adapter.ts'
import type { ClientStore } from './client-store.ts'
import { createClientDirectory, isSecretOf, type ClientDirectory } from './clients.ts'
import type { EndSessionsDeps } from './end-sessions.ts'
import { accountInSession, createFindAccount, type SignedInAccount } from './find-account.ts'
import { createInteractionPolicy } from './interaction-policy.ts'
import type { Lifetimes } from './lifetimes.ts'
import { createLoadGrant } from './load-grant.ts'
import { finishLogout, logOutIfProven } from './logout.ts'
import type { EndedStandingStore } from './ended-standing-store.ts'
import type { LogoutNoticeStore } from './logout-notice-store.ts'
import { withOwnApplication } from './own-application.ts'
import { createLogoutOutbox, defaultRetryDelaysMs } from './logout-outbox.ts'
import {
  answerAlways,
  isRouted,
  showError,
  type ProviderContext,
  type ProviderErrorOut,
  type ProviderViews,
} from './provider-answers.ts'
import { protocolOptions } from './provider-config.ts'
import { providerCookies } from './provider-cookies.ts'
import { logProviderEvents } from './provider-events.ts'
import { createReadAhead, type ReadAhead } from './read-ahead.ts'
import { createSessionIndex } from './session-index.ts'
import { orUnavailable } from './unavailable.ts'
import { createWriteBehind, type WriteBehind } from './write-behind.ts'

export type { ProviderContext, ProviderErrorOut, ProviderViews }

export interface ProviderDeps {
  readonly issuer: string
  readonly store: ExpiringStore
  readonly clients: Pick<ClientStore, 'find'>
  readonly agencies: Pick<AgencyStore, 'find'>
  readonly holders: Pick<HolderStore, 'findForClaims'>
  readonly endings: EndedStandingStore
  readonly logoutNotices: LogoutNoticeStore
  readonly signingKeys: readonly ExternalSigningKey[]
  /** Sign the provider's cookies; the first signs, all of them are believed. */
  readonly cookieKeys: readonly string[]
  readonly clock: Clock
  readonly lifetimes: Lifetimes
  /** Whether passkeys sign in while their holder has no usable card of their kind. */
  readonly mayPasskeysStandAlone: boolean
  readonly views: ProviderViews
  readonly log: Log
  /** How long a change in the client registry may take to be noticed; 5 if not said. */
  readonly clientMemorySeconds?: number
  /** Pauses before further attempts to tell a client of a logout. */
  readonly logoutRetryDelaysMs?: readonly number[]
}

/** What the use-cases of this folder need of the provider they work on. */
export interface ProviderParts extends EndSessionsDeps {
  readonly log: Log
  readonly reads: ReadAhead
  readonly clients: ClientDirectory
  /** Who is signed in in a session of this browser; undefined: nobody (any more). */
  readonly findSignedIn: (
    sessionUid: string,
    holderId: string,
  ) => Promise<SignedInAccount | undefined>
}

/** The library's provider with our parts at hand. */
export class SignInProvider extends Provider {
  readonly parts: ProviderParts

  constructor(issuer: string, configuration: Configuration, parts: ProviderParts) {
    super(issuer, configuration)
    this.parts = parts
  }
}

/**
 * The OpenID Connect provider: this folder owns the protocol, its sessions and who is told when
 * they end. It never authenticates anybody: `interaction.ts` is handed a finished Authentication.
 *
 * Mount `callback()` at the root, last, without a body parser in front of it.
 */
export function createProvider(deps: ProviderDeps): SignInProvider {
  const { store, log, clock, endings } = deps
  const reads = createReadAhead(store)
  const writes = createWriteBehind()
  const sessions = createSessionIndex(store, reads)
  const clients = createClientDirectory(withOwnApplication(deps), deps.agencies, {
    clock,
    memorySeconds: deps.clientMemorySeconds ?? 5,
  })
  const findClient = (id: string): Promise<Client | undefined> => provider.Client.find(id)
  const outbox = createLogoutOutbox({
    ...{ findClient, log, clock, notices: deps.logoutNotices },
    retryDelaysMs: deps.logoutRetryDelaysMs ?? defaultRetryDelaysMs,
  })
  const findSignedIn: ProviderParts['findSignedIn'] = (sessionUid, holderId) =>
    accountInSession({ ...deps, sessions }, sessionUid, holderId)
  const parts = {
    ...{ store, reads, writes, log, clock, sessions, clients, outbox, endings, findSignedIn },
  }
  const provider = new SignInProvider(deps.issuer, configurationOf(deps, parts), parts)
  pinAddress(provider, deps.issuer)
  compareSecretsByHash(provider, parts)
  rememberClients(provider, clients)
  provider.use((ctx, next) => answerAlways(deps, ctx as ProviderContext, next))
  provider.use(async (ctx, next) => {
    await next()
    await orUnavailable(writes.settle(ctx))
    if (!isRouted(ctx as ProviderContext)) return
    await orUnavailable(finishLogout(parts, ctx as ProviderContext))
  })
  logProviderEvents(provider, parts)
  return provider
}

function configurationOf(
  deps: ProviderDeps,
  parts: ProviderParts & { readonly writes: WriteBehind },
): Configuration {
  const { clients, sessions } = parts
  const options = protocolOptions(deps.lifetimes, deps.clock)
  return {
    ...options,
    adapter: createAdapterFactory({ ...parts, lifetimes: deps.lifetimes }),
    // The library takes signing keys here and reads no more of them than a JWK has.
    jwks: { keys: [...deps.signingKeys] },
    cookies: providerCookies(deps.issuer, deps.cookieKeys),
    findAccount: createFindAccount({ ...deps, sessions }),
    loadExistingGrant: createLoadGrant(parts, deps.lifetimes),
    interactions: {
      policy: createInteractionPolicy(clients, deps.clock),
      url: (_ctx, interaction) => `/sign-in/${interaction.uid}`,
    },
    renderError: (ctx, out, error) => showError(deps, ctx, { out, error }),
    features: {
      ...options.features,
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          if (!(await logOutIfProven(parts, ctx))) await deps.views.logoutPage(ctx, form)
        },
        postLogoutSuccessSource: (ctx) => deps.views.loggedOutPage(ctx),
      },
    },
  }
}

/**
 * Every address the provider writes is the issuer's, whatever `Host` or forwarding headers say:
 * nobody can have a sign-in come back somewhere else.
 */
function pinAddress(provider: Provider, issuer: string): void {
  const { protocol, host } = new URL(issuer)
  Object.defineProperties(provider.request, {
    protocol: { value: protocol.slice(0, -1) },
    host: { value: host },
  })
}

/** The library compares with what stands in the place of the secret; we ask our own registry. */
function compareSecretsByHash(
  provider: Provider,
  { clients, clock }: Pick<ProviderParts, 'clients' | 'clock'>,
): void {
  provider.Client.prototype.compareClientSecret = async function compare(this: Client, received) {
    const application = await orUnavailable(clients.find(this.clientId))
    return application !== null && isSecretOf(application.client, received, clock.now())
  }
}

/**
 * The library hashes a client's whole metadata at each look-up, to see whether it has changed. Ours
 * are the same object as long as they are the same.
 */
function rememberClients(provider: Provider, clients: ClientDirectory): void {
  const known = new WeakMap<object, Client>()
  const build = provider.Client.find.bind(provider.Client)
  provider.Client.find = async (id) => {
    const application = await orUnavailable(clients.find(id))
    if (application === null) return undefined
    const client = known.get(application.metadata) ?? (await build(id))
    if (client !== undefined) known.set(application.metadata, client)
    return client
  }
}
