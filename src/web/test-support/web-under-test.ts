import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CardAuthProgress } from '../../card-auth/progress.ts'
import { silentLog } from '../../log.ts'
import type { Authentication } from '../../holders/authentication.ts'
import type { SignInRequest } from '../../oidc/interaction.ts'
import { ocspErrors } from '../../pki/ocsp-response.ts'
import { systemRandom } from '../../random.ts'
import type { Terminal } from '../../terminals/terminal.ts'
import { createApp, type AppDeps } from '../app.ts'

export const interactionId = 'aBcDeFgHiJkLmNoPqRsTu'
export const challengeId = '6f1c2f4e-8f0a-4a55-9d0e-1b2c3d4e5f60'
export const pairingSecret = 'p'.repeat(43)
const now = new Date('2026-11-21T01:00:00Z')

export const terminal: Terminal = {
  id: '0b3f4c5d-0000-4000-8000-000000000001',
  name: 'Quầy 3, Trung tâm Phục vụ hành chính công',
  mode: 'managed',
  state: 'active',
  agencyId: null,
  isDesk: false,
  publicKey: null,
}

export const signInRequest: SignInRequest = {
  interactionId,
  client: {
    clientId: 'documents',
    name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    office: { vi: 'Văn phòng Ủy ban nhân dân tỉnh', en: "Office of the People's Committee" },
    policy: {
      leastLevel: 'low',
      cardKinds: ['civil-servant'],
      agencyIds: null,
      cardCompulsoryFrom: null,
    },
  },
  requiredLevel: 'low',
  methods: ['card', 'passkey', 'pass'],
  cardAlone: null,
  cardKinds: ['civil-servant'],
  language: 'vi',
  returnTo: `/authorize/${interactionId}`,
  reason: 'no-session',
  expiresAt: new Date('2026-11-21T01:10:00Z'),
}

const authentication: Authentication = {
  holderId: '0b3f4c5d-0000-4000-8000-000000000002',
  holderName: 'Nguyễn Văn Mẫu',
  method: 'card',
  level: 'low',
  amr: ['hwk'],
  cardUuid: '0b3f4c5d-0000-4000-8000-000000000003',
  cardKind: 'civil-servant',
  keySlot: '9E',
  terminalId: terminal.id,
  passkeyId: null,
  at: now,
}

interface FakeTerminal {
  report(progress: CardAuthProgress): void
  /** Pages that hear it now. */
  watcherCount(): number
}

/** Use-cases that let everybody in, and a way to play the terminal. */
export function fakeDeps(issuer: string): AppDeps & FakeTerminal {
  const watchers = new Set<(progress: CardAuthProgress) => void>()
  return {
    issuer,
    operator: { vi: 'Tỉnh Minh Họa', en: 'Minh Hoa Province' },
    trustedProxies: 0,
    clock: { now: () => now },
    random: systemRandom,
    log: silentLog,
    healthChecks: { database: () => Promise.resolve(), store: () => Promise.resolve() },
    provider: (_request, response) => response.end('the provider'),
    report: (progress) => {
      for (const watcher of watchers) watcher(progress)
    },
    watcherCount: () => watchers.size,
    interactions: {
      read: () => Promise.resolve(signInRequest),
      complete: () => Promise.resolve(`${issuer}/authorize/${interactionId}`),
      cancel: () => Promise.resolve(`${issuer}/authorize/${interactionId}?cancelled`),
    },
    passkeys: null,
    areMailsSent: false,
    passes: { redeem: () => Promise.resolve(authentication) },
    ownPages: {
      session: () => Promise.resolve(null),
      signInAddress: () => '/authorize',
    },
    cardAuth: {
      start: () =>
        Promise.resolve({
          challengeId,
          number: '47',
          expiresAt: new Date(now.getTime() + 300_000),
        }),
      watch: (_challengeId, onProgress) => {
        watchers.add(onProgress)
        return Promise.resolve(() => {
          watchers.delete(onProgress)
          return Promise.resolve()
        })
      },
      finish: () => Promise.resolve(authentication),
      cancel: () => Promise.resolve(),
    },
    pki: {
      ocspAddress: `${issuer}/pki/ocsp`,
      answerOcsp: () => Promise.resolve({ der: ocspErrors.unauthorized, keeping: null }),
      authorities: () => Promise.resolve([]),
      latestCrl: () => Promise.resolve(null),
    },
    terminals: {
      ofBrowser: (secret) => Promise.resolve(secret === pairingSecret ? terminal : null),
      pair: () => Promise.resolve({ terminal, secret: pairingSecret }),
      enrol: () => Promise.resolve({ terminal, certificate: Buffer.from('certificate'), issuer }),
    },
  }
}

export interface WebUnderTest {
  readonly url: string
  readonly server: Server
  readonly deps: ReturnType<typeof fakeDeps>
  /** A request of one of our own pages, from a browser that is paired and has begun a sign-in. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/**
 * The real app on a loopback port.
 *
 * @param change - replaces use-cases of the fakes
 * @param options.issuer - where it says it lives; its own address if not said
 */
export async function startWeb(
  change: (deps: ReturnType<typeof fakeDeps>) => Partial<AppDeps> = () => ({}),
  options: { issuer?: string } = {},
): Promise<WebUnderTest> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const base = fakeDeps(options.issuer ?? url)
  const deps = { ...base, ...change(base) }
  server.on('request', createApp(deps).listener)
  return {
    url,
    server,
    deps,
    fetch: (path, init = {}) => fetch(url + path, { redirect: 'manual', ...asOwnPage(init) }),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function asOwnPage(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers)
  if (!headers.has('Sec-Fetch-Site')) headers.set('Sec-Fetch-Site', 'same-origin')
  if (!headers.has('Cookie')) headers.set('Cookie', cookiesOfBrowser)
  if (typeof init.body === 'string' && !headers.has('Content-Type'))
    headers.set('Content-Type', 'application/json')
  return { ...init, headers }
}

/** As set on plain http: no `__Host-`. */
export const cookiesOfBrowser = `ecard-terminal=${pairingSecret}; ecard-sign-in-${interactionId}=${'s'.repeat(43)}`

type Passkeys = NonNullable<AppDeps['passkeys']>

/** Passkeys of which nothing is asked but what a test says. */
export function fakePasskeys(parts: Partial<Passkeys> = {}): Passkeys {
  return {
    begin: neverAsked,
    finish: neverAsked,
    beginRegistration: neverAsked,
    finishRegistration: neverAsked,
    listOf: neverAsked,
    remove: neverAsked,
    rename: neverAsked,
    terminalName: neverAsked,
    ...parts,
  }
}

function neverAsked(): Promise<never> {
  return Promise.reject(new Error('nobody asks for this here'))
}
