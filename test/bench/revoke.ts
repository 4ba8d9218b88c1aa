import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { revokeCard } from '../../src/cards/revoke-card.ts'
import { systemClock } from '../../src/clock.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { createClientStore } from '../../src/oidc/client-store.ts'
import { hashSecret } from '../../src/oidc/clients.ts'
import { openBrowser } from './browser.ts'
import { rounded, type Figure } from './figures.ts'
import { passCardSignIn, signIn, singleSignOn, type Target } from './flows.ts'
import { startService } from './processes.ts'
import { openSoftTerminal } from './soft-terminal.ts'
import type { BenchClient, Desk } from './world.ts'

/** As many applications as a person is signed in at, and how many cards are revoked. */
const applicationCount = 20
const revocations = 12
const patienceMs = 20_000

/**
 * From the commit of a card's revocation until the last of twenty applications, where its holder is
 * signed in, has been told, in milliseconds: the longest of several. By then no application gets a
 * new sign-in out of the session.
 */
export async function measureRevoking(): Promise<Figure[]> {
  const service = await startService('redis', revocations)
  const ears = await openEars()
  const db = openDatabase({ url: service.databaseUrl ?? '', log: silentLog, maxConnections: 2 })
  try {
    const clients = await addClients(db, ears.origin)
    const target: Target = {
      issuer: service.issuer,
      paths: { authorize: '/authorize', token: '/token' },
      passSignIn: passCardSignIn,
    }
    const times: number[] = []
    for (const desk of service.desks)
      times.push(await revokeOne(db, desk, { target, clients, ears }))
    return [{ figure: 'revoke.to-all-told-ms', value: rounded(Math.max(...times)), unit: 'ms' }]
  } finally {
    await db.close()
    await ears.close()
    await service.stop()
  }
}

async function revokeOne(
  db: Database,
  desk: Desk,
  { target, clients, ears }: { target: Target; clients: readonly BenchClient[]; ears: Ears },
): Promise<number> {
  const hangUp = await openSoftTerminal(target.issuer, desk)
  const browser = openBrowser([['ecard-terminal', desk.pairingSecret]])
  const [first, ...others] = clients
  if (first === undefined) throw new Error('no application')
  await signIn(target, first, browser)
  for (const client of others) await singleSignOn(target, client, browser)
  hangUp()
  const allTold = ears.untilHeard(applicationCount)
  const { cardUuid } = desk.card
  await revokeCard({ db, clock: systemClock }, { cardUuid, actor: 'bench', reason: 'lost' })
  const committedAt = performance.now()
  const toldAt = await allTold
  const goesOn = await singleSignOn(target, first, browser).then(
    () => true,
    () => false,
  )
  if (goesOn) throw new Error('a revoked card still signs in')
  return Math.max(0, toldAt - committedAt)
}

async function addClients(db: Database, origin: string): Promise<BenchClient[]> {
  const clients = Array.from({ length: applicationCount }, (_, index) =>
    benchClient(`bench-told-${index + 1}`, origin),
  )
  for (const { id, secret, metadata } of clients) {
    await createClientStore(db).upsert({
      clientId: id,
      name: { vi: 'Đo tốc độ', en: 'Benchmark' },
      ...{ agencyId: null, state: 'active', metadata, secretHash: hashSecret(secret) },
      policy: {
        ...{ leastLevel: 'low', cardKinds: ['civil-servant'] },
        ...{ agencyIds: null, cardCompulsoryFrom: null },
      },
    })
  }
  return clients
}

function benchClient(id: string, origin: string): BenchClient {
  const redirectUri = 'https://application.example/callback'
  const metadata = {
    redirect_uris: [redirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'client_secret_basic',
    backchannel_logout_uri: `${origin}/${id}/logout`,
  }
  return { id, secret: `${id}-secret`, redirectUri, metadata }
}

/** Where all applications are told: one server, an address for each. */
interface Ears {
  readonly origin: string
  /** Resolves with the instant at which the last of `count` different applications was told. */
  untilHeard(count: number): Promise<number>
  close(): Promise<void>
}

async function openEars(): Promise<Ears> {
  const heard = new Set<string>()
  let onHeard: () => void = () => undefined
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200).end()
      heard.add(request.url ?? '')
      onHeard()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    untilHeard: (count) => {
      heard.clear()
      return new Promise((resolve, reject) => {
        const patience = setTimeout(() => {
          reject(new Error(`${heard.size} of ${count} applications were told`))
        }, patienceMs)
        onHeard = () => {
          if (heard.size < count) return
          clearTimeout(patience)
          resolve(performance.now())
        }
      })
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}
