import { measureAudit } from './audit.ts'
import { openBrowser, type Browser } from './browser.ts'
import { measureCrl } from './crl.ts'
import { rounded, type Figure } from './figures.ts'
import {
  clientCredentials,
  passBareSignIn,
  passCardSignIn,
  refresh,
  signIn,
  singleSignOn,
  type Target,
} from './flows.ts'
import { measureImport } from './import.ts'
import { measureIssuance } from './issuance.ts'
import { measureIssuing } from './issue.ts'
import {
  measureLoad,
  measureSideBySide,
  type Load,
  type SideBySideOptions,
  type TimedOptions,
} from './load.ts'
import { measureOcsp, measureRevocation } from './ocsp.ts'
import { measurePasskeyLookUps } from './passkey-look-up.ts'
import { passPasskeySignIn, registerDevices } from './passkeys.ts'
import { measureRevoking } from './revoke.ts'
import {
  startBareProvider,
  startService,
  type Running,
  type RunningService,
  type Stores,
} from './processes.ts'
import { openSoftTerminal } from './soft-terminal.ts'
import { measureTaps } from './taps.ts'
import { benchClients, type Desk } from './world.ts'

export interface BenchSettings extends TimedOptions {
  readonly deskCount: number
  /** For what is compared: see `measureSideBySide`. */
  readonly compared: SideBySideOptions
}

export interface BenchPart {
  /** What the names of its figures begin with. */
  readonly figures: readonly string[]
  /** Its figure is about so much data that no run of it is quick: `--quick` leaves it out. */
  readonly isLong?: true
  /** @param wants - whether figures whose names begin so were asked for; others are left out */
  readonly run: (settings: BenchSettings, wants: Wants) => Promise<Figure[]>
}

type Wants = (prefix: string) => boolean

export const benchParts: readonly BenchPart[] = [
  { figures: ['tap.'], run: measureTaps },
  { figures: ['sign-in.bare.memory'], run: measureBareInMemory },
  { figures: ['sign-in.bare.redis', 'sign-in.card.redis'], run: measureSignInsOnRedis },
  { figures: ['sign-in.passkey.redis'], run: measurePasskeySignIns },
  { figures: ['passkey.'], isLong: true, run: measurePasskeyLookUps },
  {
    figures: ['sso.', 'refresh.', 'client-credentials.'],
    run: (settings, wants) =>
      withService('redis', settings, (service) => measureTokens(service, settings, wants)),
  },
  {
    figures: ['sign-in.card.embedded', 'start.seconds'],
    run: (settings, wants) =>
      withService('embedded', settings, async (service) => [
        ...(wants('sign-in.card.embedded') ? await measureEmbedded(service, settings) : []),
        { figure: 'start.seconds', value: rounded(await service.restart()), unit: 's' },
      ]),
  },
  { figures: ['crl.'], run: measureCrl },
  { figures: ['ocsp.'], run: measureOcsp },
  { figures: ['issuance.'], run: measureIssuance },
  { figures: ['revocation.'], run: measureRevocation },
  { figures: ['revoke.'], run: measureRevoking },
  { figures: ['issue.'], run: measureIssuing },
  { figures: ['import.'], run: measureImport },
  { figures: ['audit.'], isLong: true, run: measureAudit },
]

const servicePaths = { authorize: '/authorize', token: '/token' }
/** Where the library puts them by itself. */
const barePaths = { authorize: '/auth', token: '/token' }

async function measureBareInMemory(settings: BenchSettings): Promise<Figure[]> {
  const bare = await startBareProvider('memory')
  try {
    return await measureLoad(bareSignIn('sign-in.bare.memory', bare), settings)
  } finally {
    await bare.stop()
  }
}

/** Both at once: they are there to be compared, and machines are noisy. */
async function measureSignInsOnRedis(settings: BenchSettings): Promise<Figure[]> {
  const bare = await startBareProvider('redis')
  try {
    return await withService('redis', settings, async (service) => {
      const load = await cardSignIn('sign-in.card.redis', service)
      const base = bareSignIn('sign-in.bare.redis', bare)
      const { figures, cpuRatio } = await measureSideBySide({ load, base }, settings.compared)
      const figure = 'sign-in.card.redis.cpu-ratio-to-bare'
      return [...figures, { figure, value: rounded(cpuRatio), unit: 'ratio' }]
    })
  } finally {
    await bare.stop()
  }
}

/** By passkey and by card at the same service, their rounds alternating. */
function measurePasskeySignIns(settings: BenchSettings): Promise<Figure[]> {
  return withService('redis', settings, async (service) => {
    const load = await passkeySignIn('sign-in.passkey.redis', service)
    const base = await cardSignIn('sign-in.card.redis', service)
    // One process serves both, so each is warm by the other's work too.
    const warmUpCount = Math.ceil(settings.compared.warmUpCount / 3)
    const compared = { ...settings.compared, warmUpCount }
    const { figures, cpuRatio } = await measureSideBySide({ load, base }, compared)
    const figure = 'sign-in.passkey.redis.cpu-ratio-to-card'
    const own = figures.filter((one) => one.figure.startsWith(load.name))
    return [...own, { figure, value: rounded(cpuRatio), unit: 'ratio' }]
  })
}

async function measureEmbedded(
  service: RunningService,
  settings: BenchSettings,
): Promise<Figure[]> {
  return measureLoad(await cardSignIn('sign-in.card.embedded', service), settings)
}

async function withService(
  stores: Stores,
  { deskCount }: BenchSettings,
  work: (service: RunningService) => Promise<Figure[]>,
): Promise<Figure[]> {
  const service = await startService(stores, deskCount)
  try {
    return await work(service)
  } finally {
    await service.stop()
  }
}

async function measureTokens(
  service: RunningService,
  settings: BenchSettings,
  wants: Wants,
): Promise<Figure[]> {
  const target = targetOf(service)
  const { cpu } = service
  const { browsers, refreshTokens } = await signEverybodyIn(service, settings)
  const loads: readonly Load[] = [
    {
      ...{ name: 'sso', cpu },
      once: (worker) =>
        singleSignOn(target, benchClients.signIn, browsers[worker] ?? openBrowser()),
    },
    {
      ...{ name: 'refresh', cpu },
      once: (worker) => refresh(target, benchClients.service, refreshTokens[worker] ?? ''),
    },
    {
      ...{ name: 'client-credentials', cpu },
      once: () => clientCredentials(target, benchClients.service),
    },
  ]
  const figures: Figure[] = []
  for (const load of loads.filter(({ name }) => wants(`${name}.`)))
    figures.push(...(await measureLoad(load, settings)))
  return figures
}

function bareSignIn(name: string, { issuer, cpu }: Running): Load {
  const target: Target = { issuer, paths: barePaths, passSignIn: passBareSignIn }
  return { name, cpu, once: () => signIn(target, benchClients.signIn, openBrowser()) }
}

/** Every desk's agent is there; each sign-in is at the desk that has rested longest. */
async function cardSignIn(name: string, service: RunningService): Promise<Load> {
  const target = targetOf(service)
  for (const desk of service.desks) await openSoftTerminal(service.issuer, desk)
  let next = 0
  const once = () => {
    const desk = service.desks[next++ % service.desks.length]
    return signIn(target, benchClients.signIn, browserAt(desk))
  }
  return { name, cpu: service.cpu, once }
}

/** From browsers that are paired with no terminal; the passkey that has rested longest. */
async function passkeySignIn(name: string, service: RunningService): Promise<Load> {
  const { issuer, desks, databaseUrl } = service
  const devices = await registerDevices(desks, { issuer, databaseUrl: databaseUrl ?? '' })
  const once = async () => {
    const device = devices.shift()
    if (device === undefined) throw new Error('every device is in use')
    const passSignIn: Target['passSignIn'] = (browser, page) =>
      passPasskeySignIn(browser, page, device)
    await signIn({ ...targetOf(service), passSignIn }, benchClients.signIn, openBrowser())
    // Only now: a device counts its uses, and nobody uses it for two sign-ins at once.
    devices.push(device)
  }
  return { name, cpu: service.cpu, once }
}

async function signEverybodyIn(
  service: RunningService,
  { concurrency }: BenchSettings,
): Promise<{ browsers: Browser[]; refreshTokens: string[] }> {
  const target = targetOf(service)
  const browsers: Browser[] = []
  const refreshTokens: string[] = []
  for (const desk of service.desks.slice(0, concurrency)) {
    const hangUp = await openSoftTerminal(service.issuer, desk)
    const browser = browserAt(desk)
    const { refreshToken } = await signIn(target, benchClients.service, browser)
    hangUp()
    browsers.push(browser)
    if (refreshToken !== null) refreshTokens.push(refreshToken)
  }
  return { browsers, refreshTokens }
}

function targetOf({ issuer }: RunningService): Target {
  return { issuer, paths: servicePaths, passSignIn: passCardSignIn }
}

/** A browser that is paired with the desk's terminal. */
function browserAt(desk: Desk | undefined): Browser {
  return openBrowser(desk === undefined ? [] : [['ecard-terminal', desk.pairingSecret]])
}
