import { openBrowser, type Browser } from './browser.ts'
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
import { measureLoad } from './load.ts'
import { startBareProvider, startService, type RunningService, type Stores } from './processes.ts'
import { openSoftTerminal } from './soft-terminal.ts'
import { measureTaps } from './taps.ts'
import { benchClients, type Desk } from './world.ts'

export interface BenchSettings {
  /** How long each load lasts. */
  readonly seconds: number
  readonly warmUpSeconds: number
  readonly concurrency: number
  readonly deskCount: number
}

export interface BenchPart {
  /** What the names of its figures begin with. */
  readonly figures: readonly string[]
  /** @param run.earlier - figures of the parts before, for ratios within one run */
  readonly run: (settings: BenchSettings, run: BenchRun) => Promise<Figure[]>
}

export interface BenchRun {
  readonly earlier: readonly Figure[]
  /** Whether figures whose names begin so were asked for; others need not be measured. */
  readonly wants: (prefix: string) => boolean
}

export const benchParts: readonly BenchPart[] = [
  { figures: ['tap.'], run: measureTaps },
  { figures: ['sign-in.bare.memory'], run: (settings) => measureBare('memory', settings) },
  { figures: ['sign-in.bare.redis'], run: (settings) => measureBare('redis', settings) },
  {
    figures: ['sign-in.card.redis', 'sso.', 'refresh.', 'client-credentials.'],
    run: async (settings, { earlier, wants }) => {
      const figures = await withService('redis', settings, (service) =>
        measureService(service, settings, wants),
      )
      return [...figures, ...ratioToBare(earlier, figures)]
    },
  },
  {
    figures: ['sign-in.card.embedded', 'start.seconds'],
    run: (settings, { wants }) =>
      withService('embedded', settings, async (service) => [
        ...(wants('sign-in.card.embedded')
          ? await measureCardSignIn('embedded', service, settings)
          : []),
        { figure: 'start.seconds', value: rounded(await service.restart()), unit: 's' },
      ]),
  },
]

const servicePaths = { authorize: '/authorize', token: '/token' }
/** Where the library puts them by itself. */
const barePaths = { authorize: '/auth', token: '/token' }

async function measureBare(kind: 'memory' | 'redis', settings: BenchSettings): Promise<Figure[]> {
  const bare = await startBareProvider(kind)
  const target: Target = { issuer: bare.issuer, paths: barePaths, passSignIn: passBareSignIn }
  try {
    return await measureLoad(
      { ...settings, name: `sign-in.bare.${kind}`, cpu: bare.cpu },
      async () => {
        await signIn(target, benchClients.signIn, openBrowser())
      },
    )
  } finally {
    await bare.stop()
  }
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

async function measureService(
  service: RunningService,
  settings: BenchSettings,
  wants: BenchRun['wants'],
): Promise<Figure[]> {
  const target = targetOf(service)
  const { cpu } = service
  const figures: Figure[] = []
  if (wants('sign-in.card.redis')) {
    figures.push(...(await measureCardSignIn('redis', service, settings)))
  }
  const { browsers, refreshTokens } = await signEverybodyIn(service, settings)
  const loads: readonly [string, (worker: number) => Promise<unknown>][] = [
    [
      'sso',
      (worker) => singleSignOn(target, benchClients.signIn, browsers[worker] ?? openBrowser()),
    ],
    ['refresh', (worker) => refresh(target, benchClients.service, refreshTokens[worker] ?? '')],
    ['client-credentials', () => clientCredentials(target, benchClients.service)],
  ]
  for (const [name, once] of loads.filter(([prefix]) => wants(`${prefix}.`))) {
    const load = await measureLoad({ ...settings, name, cpu }, async (worker) => {
      await once(worker)
    })
    figures.push(...load)
  }
  return figures
}

/** Each worker goes from desk to desk; desks of different workers are different ones. */
async function measureCardSignIn(
  stores: Stores,
  service: RunningService,
  settings: BenchSettings,
): Promise<Figure[]> {
  const target = targetOf(service)
  const hangUps = await Promise.all(
    service.desks.map((desk) => openSoftTerminal(service.issuer, desk)),
  )
  const next = Array.from({ length: settings.concurrency }, (_, worker) => worker)
  const figures = await measureLoad(
    { ...settings, name: `sign-in.card.${stores}`, cpu: service.cpu },
    async (worker) => {
      const desk = service.desks[next[worker] ?? 0]
      next[worker] = ((next[worker] ?? 0) + settings.concurrency) % service.desks.length
      await signIn(target, benchClients.signIn, browserAt(desk))
    },
  )
  for (const hangUp of hangUps) hangUp()
  return figures
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

/** How many times the CPU of a sign-in at the bare library a card sign-in costs. */
function ratioToBare(earlier: readonly Figure[], figures: readonly Figure[]): Figure[] {
  const find = (list: readonly Figure[], name: string) =>
    list.find(({ figure }) => figure === `${name}.per-cpu-second`)?.value
  const bare = find(earlier, 'sign-in.bare.redis')
  const card = find(figures, 'sign-in.card.redis')
  if (bare === undefined || card === undefined) return []
  return [
    { figure: 'sign-in.card.redis.cpu-ratio-to-bare', value: rounded(bare / card), unit: 'ratio' },
  ]
}
