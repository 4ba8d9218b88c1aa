import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuditStore } from './audit/audit-store.ts'
import { watchAuditChain } from './audit/watch-audit-chain.ts'
import { noteProgress, receiveAuthToken } from './card-auth/card-answer.ts'
import { finishCardAuth } from './card-auth/finish-card-auth.ts'
import { openProgressFeed, watchCardAuth } from './card-auth/progress.ts'
import { cancelCardAuth, startCardAuth } from './card-auth/start-card-auth.ts'
import { activateOnFirstUse } from './cards/activate-on-first-use.ts'
import { createCardStore } from './cards/card-store.ts'
import type { Card } from './cards/card.ts'
import { watchCardEnds } from './cards/expire-cards.ts'
import type { StandingChange } from './cards/standing-store.ts'
import { watchStanding } from './cards/watch-standing.ts'
import { systemClock, type Clock } from './clock.ts'
import { closeAll, type Closers } from './closers.ts'
import { openCertification, openConfiguredKeystore, openIssuance } from './compose-certification.ts'
import { enrolWithinLimit, mayOpenChannel } from './compose-limits.ts'
import { openMailDelivery } from './compose-mail.ts'
import { bindOwnPages, bindPasskeys } from './compose-passkeys.ts'
import { openExpiring, openRegistry } from './compose-stores.ts'
import type { Config, Secrets } from './config.ts'
import type { Database } from './db/pool.ts'
import { createAgencyStore } from './holders/agency-store.ts'
import { createHolderStore } from './holders/holder-store.ts'
import { deriveSecret } from './keystore/passphrase.ts'
import { createLog, type Log } from './log.ts'
import { createClientStore } from './oidc/client-store.ts'
import { createEndedStandingStore } from './oidc/ended-standing-store.ts'
import { endSessions } from './oidc/end-sessions.ts'
import { cancelSignIn, completeSignIn, readSignInRequest } from './oidc/interaction.ts'
import { defaultLifetimes } from './oidc/lifetimes.ts'
import { createLogoutNoticeStore } from './oidc/logout-notice-store.ts'
import { createProvider, type SignInProvider } from './oidc/provider.ts'
import { openSigningKeys } from './oidc/signing-keys.ts'
import { watchLogoutNotices } from './oidc/watch-logout-notices.ts'
import { createCertificateStore } from './pki/certificate-store.ts'
import { issueTerminalCertificate } from './pki/issue-terminal-certificate.ts'
import { systemRandom, type Random } from './random.ts'
import { createPasskeyNotices } from './passkeys/passkey-notices.ts'
import { createPasskeyStore } from './passkeys/passkey-store.ts'
import { openRelyingParty } from './passkeys/relying-party.ts'
import { createPassSecret } from './passes/pass-secret.ts'
import { redeemPass } from './passes/redeem-pass.ts'
import { listenForPki, listenOn, stopServer } from './serve.ts'
import { createTerminalChannel, type TerminalChannel } from './terminals/channel.ts'
import { openDeskRelay } from './terminals/desk-relay.ts'
import { enrolTerminal } from './terminals/enrol-terminal.ts'
import { watchFleet } from './terminals/fleet.ts'
import { createPairingCode, pairBrowser, terminalOfBrowser } from './terminals/pair-browser.ts'
import { closeCodes } from './terminals/protocol.ts'
import { createTerminalStore } from './terminals/terminal-store.ts'
import { createApp } from './web/app.ts'
import { createOidcViews } from './web/oidc-views.tsx'
import { createPkiListener } from './web/pki-listener.ts'
import { attachTerminalChannel } from './web/terminal-upgrade.ts'

/** What tests and scripts may put in the place of the system's own. */
export interface Overrides {
  readonly clock?: Clock
  readonly random?: Random
  readonly log?: Log
}

/** Everything that use-cases are called with, for scripts and tests; the same that pages use. */
export type ServiceParts = Awaited<ReturnType<typeof openParts>>

export interface Service {
  readonly parts: ServiceParts
  /** Answers requests from here on. */
  listen(): Promise<{ url: string }>
  /** Lets requests finish for a moment, then lets go of everything, the last opened first. */
  close(): Promise<void>
}

/** Puts the service together. Nothing answers before `listen`. */
export async function compose(
  config: Config,
  secrets: Secrets,
  overrides: Overrides = {},
): Promise<Service> {
  const closers: Closers = []
  try {
    const parts = await openParts(config, secrets, { overrides, closers })
    const app = createApp(appDeps(config, parts))
    const server = createServer(app.classes, app.listener)
    closers.push(await openEars(parts))
    closers.push(watchCardEnds(parts))
    closers.push(await openMailDelivery(config, parts))
    return {
      parts,
      listen: async () => {
        await listenForPki(config, createPkiListener(pkiListenerDeps(config, parts)), closers)
        return listen(server, config, { parts, closers })
      },
      close: () => closeAll(closers),
    }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

/** The parts that do not speak HTTP, each made of the ones above it. */
async function openParts(
  config: Config,
  secrets: Secrets,
  { overrides, closers }: { overrides: Overrides; closers: Closers },
) {
  const log = overrides.log ?? createLog(config.logLevel)
  const clock = overrides.clock ?? systemClock
  const random = overrides.random ?? systemRandom
  const db = await openRegistry(config, secrets, { log, closers })
  const { store, bus, limiter } = await openExpiring(secrets, { log, clock, closers })
  const { keystore, passphrase } = await openConfiguredKeystore(config, random)
  closers.push(() => {
    keystore.close()
    return Promise.resolve()
  })
  const stores = {
    agencies: createAgencyStore(db),
    holders: createHolderStore(db),
    cards: createCardStore(db),
    certificates: createCertificateStore(db),
    terminals: createTerminalStore(db),
    passkeys: createPasskeyStore(db),
    clients: createClientStore(db),
    endings: createEndedStandingStore(db),
    logoutNotices: createLogoutNoticeStore(db),
    audit: createAuditStore(db),
  }
  const { policyOidArc, issuer, operator } = config
  const issuance = await openIssuance({ db, clock, random }, config, keystore)
  const certification = await openCertification({ db, clock, random, log }, issuance, {
    mayMakeAuthorities: isForThisMachineAlone(issuer),
    closers,
  })
  const { anchors } = certification
  closers.push(watchAuditChain({ db, keystore, clock, log }))
  const relyingParty = await openRelyingParty(config.passkeys, { issuer, name: operator.vi })
  const { mayStandAlone: mayPasskeysStandAlone } = config.passkeys.policy
  const provider = createProvider({
    ...{ ...stores, issuer, store, clock, log, mayPasskeysStandAlone },
    signingKeys: await openSigningKeys(keystore),
    cookieKeys: [deriveSecret(passphrase, 'provider cookies').toString('base64url')],
    lifetimes: lifetimesOf(config),
    views: createOidcViews({ issuer, operator, random, log }),
  })
  const channel: TerminalChannel = createTerminalChannel({
    ...{ issuer, store, bus, clock, random, log, terminals: stores.terminals },
    createPairingCode: (terminalId) => createPairingCode({ store, random }, terminalId),
    onProgress: (step) => noteProgress({ store, bus }, step),
    onAuthToken: (token) => receiveAuthToken({ store, bus }, token),
    guests: await openChannelGuests({ db, clock, random, log, closers }),
  })
  closers.push(() => channel.close())
  const feed = await openProgressFeed(bus)
  closers.push(() => feed.close())
  const basics = { log, clock, random, db, store, bus, feed, keystore, issuer, policyOidArc }
  const passes = { limiter, secret: createPassSecret(keystore) }
  const passkeyNotices = createPasskeyNotices({ areSent: config.mail !== null })
  const opened = { issuance, certification, anchors, provider, channel, relyingParty }
  return { ...basics, ...stores, ...opened, mayPasskeysStandAlone, passes, passkeyNotices }
}

/** What else goes over the terminals' channel; closed after it. */
async function openChannelGuests({
  closers,
  ...deps
}: Parameters<typeof watchFleet>[0] & { db: Database; random: Random; closers: Closers }) {
  const relay = await openDeskRelay({ ...deps, terminals: createTerminalStore(deps.db) })
  const fleet = watchFleet(deps)
  closers.push(
    () => relay.close(),
    () => fleet.close(),
  )
  return [relay.guest, fleet.guest]
}

/** Then authorities may come without a ceremony: nobody else will ever rely on them. */
function isForThisMachineAlone(issuer: string): boolean {
  return new URL(issuer).protocol === 'http:'
}

function lifetimesOf(config: Config) {
  const { sessionIdleSeconds, sessionMaxSeconds } = config
  return { ...defaultLifetimes, sessionIdleSeconds, sessionMaxSeconds }
}

/** From the commit of a withdrawal on: sessions end, applications are told, connections drop. */
async function openEars(parts: ServiceParts): Promise<() => Promise<void>> {
  const { db, clock, log, provider, channel, terminals } = parts
  const onEnded = async (change: StandingChange): Promise<void> => {
    const receipts = await endSessions(provider.parts, change)
    const told = receipts.filter(({ outcome }) => outcome === 'told').length
    if (receipts.length > 0) log.info('sessions.ended', { ...change, told, of: receipts.length })
    if (change.kind === 'card') await endPasskeySessionsWith(parts, change.id)
    if (change.kind !== 'terminal') return
    const terminal = await terminals.find(change.id)
    if (terminal?.state === 'withdrawn') channel.disconnect(change.id, closeCodes.withdrawn)
  }
  const stopListening = await watchStanding({ db, clock, log, onEnded })
  const stopGoingOn = watchLogoutNotices({ ...provider.parts, logoutNotices: parts.logoutNotices })
  return async () => {
    await stopListening()
    await stopGoingOn()
  }
}

/** A passkey that needs a card stops with the last one; it is no end of its own, and may go on. */
async function endPasskeySessionsWith(parts: ServiceParts, cardUuid: string): Promise<void> {
  const { mayPasskeysStandAlone, passkeys, clock, provider } = parts
  if (mayPasskeysStandAlone) return
  for (const id of await passkeys.leftAloneBy(cardUuid, clock.now()))
    await endSessions(provider.parts, { kind: 'passkey', id })
}

/** Use-cases as the pages call them, with everything else bound. */
function appDeps(config: Config, parts: ServiceParts): Parameters<typeof createApp>[0] {
  const { issuer, operator, trustedProxies } = config
  const { log, clock, random, db, store, feed, provider, terminals, channel } = parts
  const sendToTerminal: TerminalChannel['send'] = (id, message) => channel.send(id, message)
  const starting = { issuer, store, clock, random, sendToTerminal }
  const activate = (card: Card) => activateOnFirstUse({ db, clock }, card, { actor: card.holderId })
  return {
    ...{ issuer, operator, trustedProxies, clock, random, log },
    provider: provider.callback(),
    interactions: interactionsOf(provider),
    passkeys: bindPasskeys(parts),
    ownPages: bindOwnPages(parts),
    areMailsSent: config.mail !== null,
    passes: { redeem: (attempt) => redeemPass({ db, clock, ...parts.passes }, attempt) },
    cardAuth: {
      start: (request) => startCardAuth(starting, request),
      watch: (challengeId, onStep) => watchCardAuth({ store, feed }, challengeId, onStep),
      finish: (attempt) =>
        finishCardAuth({ ...parts, activate, anchors: parts.anchors.current() }, attempt),
      cancel: (attempt) => cancelCardAuth(starting, attempt),
    },
    terminals: {
      ofBrowser: (secret) => terminalOfBrowser({ terminals }, secret),
      pair: (code) => pairBrowser(parts, code),
      enrol: (request, network) =>
        enrolWithinLimit(parts.passes.limiter, network, () =>
          enrolTerminal(enrolment(parts), request),
        ),
    },
    healthChecks: {
      database: () => db.ping(),
      store: () => store.ping(),
      authorities: () => parts.certification.authorityFindings(),
    },
    pki: { ...parts.certification.files, ocspAddress: parts.certification.ocspAddress },
  }
}

function interactionsOf(provider: SignInProvider): Parameters<typeof createApp>[0]['interactions'] {
  return {
    read: (request, response) => readSignInRequest(provider, request, response),
    complete: (request, response, finishing) =>
      completeSignIn(provider, request, response, finishing),
    cancel: (request, response) => cancelSignIn(provider, request, response),
  }
}

function enrolment(parts: ServiceParts): Parameters<typeof enrolTerminal>[0] {
  return {
    ...parts,
    issueTerminalCertificate: (request) => issueTerminalCertificate(parts.issuance, request),
  }
}

function pkiListenerDeps({ issuer }: Config, parts: ServiceParts) {
  const { clock, log, certification } = parts
  return { ...certification.files, clock, log, issuer }
}

async function listen(
  server: Server,
  config: Config,
  { parts, closers }: { parts: ServiceParts; closers: Closers },
): Promise<{ url: string }> {
  const { host, port, issuer } = config
  const { channel, passes } = parts
  const detach = attachTerminalChannel(server, channel, (request) =>
    mayOpenChannel(passes.limiter, config, request),
  )
  await listenOn(server, port, host)
  closers.push(() => stopServer(server, { detach, channel }))
  const { port: actual } = server.address() as AddressInfo
  const { protocol } = new URL(issuer)
  return { url: protocol === 'https:' ? issuer : `http://${host}:${actual}` }
}
