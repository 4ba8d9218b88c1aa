import { join } from 'node:path'
import { createRemoteJWKSet } from 'jose'
import type { Agent } from '../../../card-reader/agent.ts'
import { systemClock } from '../../../src/clock.ts'
import type { Log } from '../../../src/log.ts'
import { systemRandom } from '../../../src/random.ts'
import { addressesFrom, everyAddress, type Addresses } from '../addresses.ts'
import { applications, type ApplicationId } from '../applications.ts'
import type { DemoOptions } from '../options.ts'
import type { CardDesk } from '../portal/card-desk.ts'
import { cardStateTexts } from '../portal/portal-texts.ts'
import { openPortal } from '../portal/portal.ts'
import { demoCards, type DemoCardId } from '../province.ts'
import { openReaderSite } from '../reader/reader-site.ts'
import type { CardStanding } from '../reader/reader-values.ts'
import { openRelyingParty, type RelyingParty } from '../relying-party/relying-party.ts'
import { seedCards } from '../seed/seed-cards.ts'
import { seedClients, type ClientKey } from '../seed/seed-clients.ts'
import { seedProvince } from '../seed/seed-province.ts'
import { seedTerminal } from '../seed/seed-terminal.ts'
import type { Language } from '../texts.ts'
import { checkPorts } from './check-ports.ts'
import { claimDataDir } from './claim-data-dir.ts'
import { createCardDesk } from './demo-card-desk.ts'
import { openAgent } from './open-agent.ts'
import { openCards } from './open-cards.ts'
import { createOpened, type Opened } from './opened.ts'
import { openService, type DemoService } from './open-service.ts'

export interface RunningDemo {
  readonly addresses: Addresses
  /** Ends everything that the demo started, the last first. */
  close(): Promise<void>
}

interface StartDeps {
  readonly log: Log
  /** Aborted to give up starting. */
  readonly signal: AbortSignal
}

/**
 * Starts the whole province in this process.
 *
 * @throws DemoProblem for what a person can mend; the reason of `signal` when it aborts
 */
export async function startDemo(options: DemoOptions, deps: StartDeps): Promise<RunningDemo> {
  const addresses = addressesFrom(options.portBase)
  const opened = createOpened({
    signal: deps.signal,
    onError: (error) => {
      deps.log.error('demo.close-failed', error)
    },
  })
  try {
    opened.keep(await claimDataDir(options.dataDir))
    await checkPorts(everyAddress(addresses).map(({ port }) => port))
    await openEverything(options, { ...deps, addresses, opened })
  } catch (error) {
    await opened.closeAll()
    throw error
  }
  return { addresses, close: () => opened.closeAll() }
}

interface Opening extends StartDeps {
  readonly addresses: Addresses
  readonly opened: Opened
}

async function openEverything(options: DemoOptions, opening: Opening): Promise<void> {
  const { addresses, opened } = opening
  const own = (name: string) => join(options.dataDir, name)
  const service = await openService(options, { ...opening, issuer: addresses.issuer })
  opened.keep(service.close)
  const { seed } = service
  await seedProvince(seed)
  const keys = await seedClients(seed, { addresses, keyFolder: own('applications') })
  const uuids = await seedCards(seed, { folder: own('cards') })
  await seedTerminal(seed, { issuer: addresses.issuer.origin, stateDir: own('terminal') })
  const cards = await openCards(options, { cardFolder: own('cards'), log: opening.log })
  opened.keep(() => cards.port.close())
  const { reader } = cards
  const agent = await openAgent({
    ...{ stateDir: own('terminal'), cardPort: cards.port, reader, log: opening.log },
  })
  opened.keep(() => agent.stop())
  const desk = createCardDesk(seed, { uuids, virtual: cards.virtual })
  await openSites({ ...opening, keys, desk, agent, cards, service })
}

interface Sites extends Opening {
  readonly keys: Readonly<Record<ApplicationId, ClientKey>>
  readonly desk: CardDesk
  readonly agent: Agent
  readonly cards: Awaited<ReturnType<typeof openCards>>
  readonly service: DemoService
}

async function openSites(sites: Sites): Promise<void> {
  const { addresses, opened, desk, agent, cards, service, log } = sites
  const hasVirtualCards = cards.virtual !== null
  const listeners: (() => void)[] = []
  const changed = () => {
    for (const listener of listeners) listener()
  }
  const parties = await openRelyingParties(sites, changed)
  const readerSite = await openReaderSite({
    ...{ address: addresses.reader, reader: cards.reader, hasVirtualCards, log },
    standing: (language) => cardStanding(desk, language),
    pairingAddress: async () => (await agent.pair({ open: false })).url,
    readerNames: () => (hasVirtualCards ? null : agent.readers().map(({ name }) => name)),
  })
  opened.keep(() => readerSite.close())
  cards.port.onChange(readerSite.changed)
  const portal = await openPortal({
    ...{ address: addresses.portal, addresses, applications: parties, desk, hasVirtualCards, log },
    isPaired: service.isPaired,
    isOnline: () => agent.channelState() === 'online',
    onCardsChanged: readerSite.changed,
  })
  opened.keep(() => portal.close())
  listeners.push(portal.changed)
  cards.reader.onChange(portal.changed)
}

async function openRelyingParties(
  { addresses, opened, keys, log }: Sites,
  onChange: () => void,
): Promise<Readonly<Record<ApplicationId, RelyingParty>>> {
  const issuer = addresses.issuer.origin
  const issuerKeys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  const parties: [ApplicationId, RelyingParty][] = []
  for (const application of applications) {
    const address = addresses.applications[application.id]
    const party = await openRelyingParty({
      ...{ application, address, origin: address.origin, issuer, issuerKeys, log, onChange },
      portal: addresses.portal.origin,
      clientKey: keys[application.id],
      clock: systemClock,
      random: systemRandom,
    })
    opened.keep(() => party.close())
    parties.push([application.id, party])
  }
  return Object.fromEntries(parties) as Record<ApplicationId, RelyingParty>
}

/** What is printed across a card that is not simply in use. */
async function cardStanding(desk: CardDesk, language: Language): Promise<CardStanding> {
  const standings = await Promise.all(
    demoCards.map(async ({ id }) => {
      const { state } = await desk.standing(id)
      const text = state === 'active' || state === null ? '' : cardStateTexts[state][language]
      return [id, text] as const
    }),
  )
  return Object.fromEntries(standings) as Record<DemoCardId, string>
}
