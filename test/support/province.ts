import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet } from 'jose'
import {
  addressesFrom,
  everyAddress,
  type Addresses,
} from '../../scripts/demo-province/addresses.ts'
import { applications, type ApplicationId } from '../../scripts/demo-province/applications.ts'
import type { DemoCardId } from '../../scripts/demo-province/province.ts'
import { openRelyingParty } from '../../scripts/demo-province/relying-party/relying-party.ts'
import { cardFile, openCard } from '../../scripts/demo-province/seed/card-files.ts'
import { seedCards } from '../../scripts/demo-province/seed/seed-cards.ts'
import { seedClients, type ClientKey } from '../../scripts/demo-province/seed/seed-clients.ts'
import { seedProvince } from '../../scripts/demo-province/seed/seed-province.ts'
import { checkPorts } from '../../scripts/demo-province/start/check-ports.ts'
import type { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { systemClock } from '../../src/clock.ts'
import { compose } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { issueCardCertificate } from '../../src/pki/issue-card-certificate.ts'
import { systemRandom } from '../../src/random.ts'
import { runProgram, startProgram, type Program } from './program.ts'
import { createTestDatabase } from './test-database.ts'
import { testRedisUrl } from './test-redis.ts'

/**
 * The province of the demo as a real site would run it: the service and the agent as processes of
 * their own, on PostgreSQL and Redis, and the shared applications as real relying parties.
 */
export interface Province {
  readonly at: Addresses
  readonly service: Program
  readonly cards: Readonly<Record<DemoCardId, VirtualCard>>
  readonly cardUuids: Readonly<Record<DemoCardId, string>>
  /** What the agent keeps, enrolled with a code of `ecard terminal invite`. */
  readonly agentDir: string
  /** Runs `ecard` on the registry. */
  ecard(...args: string[]): Promise<{ status: number | null; output: string }>
  close(): Promise<void>
}

export async function startProvince(): Promise<Province> {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-province-'))
  const database = await createTestDatabase()
  const at = addressesFrom(await freePortBase())
  const environment = {
    ECARD_ISSUER: at.issuer.origin,
    ECARD_PORT: String(at.issuer.port),
    ECARD_DATA_DIR: join(folder, 'service'),
    ECARD_LOG_LEVEL: 'debug',
    ECARD_OPERATOR_VI: 'Tỉnh Minh Họa',
    ECARD_OPERATOR_EN: 'Minh Họa province',
    DATABASE_URL: database.url,
    REDIS_URL: testRedisUrl(),
  }
  const cardFolder = join(folder, 'cards')
  const { keys, cardUuids } = await seed(environment, { folder, cardFolder, at })
  const service = startProgram('src/main.ts', [], environment)
  await service.untilSays(/answers at/)
  const inEnglish = { ...environment, ECARD_LANG: 'en' }
  const ecard = (...args: string[]) => runProgram('scripts/ecard.ts', args, inEnglish)
  const agentDir = join(folder, 'agent')
  await enrolTerminal(ecard, { issuer: at.issuer.origin, agentDir })
  const parties = await openApplications(at, keys)
  const cardOf = (id: DemoCardId) => openCard(cardFile(cardFolder, id))
  return {
    at,
    service,
    cardUuids,
    agentDir,
    ecard,
    cards: {
      'nguyen-van-mau': cardOf('nguyen-van-mau'),
      'tran-thi-vi-du': cardOf('tran-thi-vi-du'),
      'cong-ty-vi-du': cardOf('cong-ty-vi-du'),
    },
    close: async () => {
      for (const party of parties) await party.close()
      await service.stop()
      await database.drop()
      await rm(folder, { recursive: true })
    },
  }
}

interface SeedPlaces {
  readonly folder: string
  readonly cardFolder: string
  readonly at: Addresses
}

/** Fills the registry before the service starts. */
async function seed(
  environment: NodeJS.ProcessEnv,
  { folder, cardFolder, at }: SeedPlaces,
): Promise<{
  keys: Readonly<Record<ApplicationId, ClientKey>>
  cardUuids: Readonly<Record<DemoCardId, string>>
}> {
  const { config, secrets } = readConfig(environment)
  const service = await compose(config, secrets, { log: silentLog })
  const { parts } = service
  const deps = {
    ...parts,
    issueCardCertificate: (request: Parameters<typeof issueCardCertificate>[1]) =>
      issueCardCertificate(parts.issuance, request),
  }
  await seedProvince(deps)
  const keys = await seedClients(deps, { addresses: at, keyFolder: join(folder, 'applications') })
  const cardUuids = await seedCards(deps, { folder: cardFolder })
  await service.close()
  return { keys, cardUuids }
}

async function enrolTerminal(
  ecard: Province['ecard'],
  { issuer, agentDir }: { issuer: string; agentDir: string },
): Promise<void> {
  const invited = await ecard('terminal', 'invite', '--name', 'Quầy số 1', '--apply')
  const code = /Code +(\S+)/.exec(invited.output)?.[1] ?? ''
  const args = ['enrol', '--issuer', issuer, '--code', code, '--state-dir', agentDir]
  const enrolled = await runProgram('card-reader/main.ts', args)
  if (enrolled.status !== 0) throw new Error(`not enrolled: ${invited.output}${enrolled.output}`)
}

function openApplications(at: Addresses, keys: Readonly<Record<ApplicationId, ClientKey>>) {
  const issuer = at.issuer.origin
  const issuerKeys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  return Promise.all(
    applications.map((application) => {
      const address = at.applications[application.id]
      return openRelyingParty({
        ...{ application, address, origin: address.origin, issuer, issuerKeys },
        portal: at.portal.origin,
        clientKey: keys[application.id],
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        onChange: () => undefined,
      })
    }),
  )
}

async function freePortBase(): Promise<number> {
  for (let base = 22_000; base < 60_000; base += 100) {
    const ports = everyAddress(addressesFrom(base)).map(({ port }) => port)
    const isFree = await checkPorts(ports).then(
      () => true,
      () => false,
    )
    if (isFree) return base
  }
  throw new Error('no free ports')
}
