import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { compose, type ServiceParts } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { SerialOf } from '../../src/pki/certificate-store.ts'
import { issueCardCertificate } from '../../src/pki/issue-card-certificate.ts'
import { provePossession } from './card-key.ts'
import { startProgram, type Program } from './program.ts'
import { freePort } from './servers.ts'

export interface ServiceNodesOptions {
  readonly count: number
  /** For the data that they share, as they share a keystore. */
  readonly folder: string
  readonly databaseUrl: string
  readonly redisUrl: string
  /** How many cards with a certificate in 9E the registry gets before they start. */
  readonly cards: number
  readonly environment?: NodeJS.ProcessEnv
  /** What each node has besides, the first one's first. */
  readonly environments?: readonly NodeJS.ProcessEnv[]
}

/** Several processes of the real service on one registry. */
export interface ServiceNodes {
  readonly nodes: readonly ServiceNode[]
  readonly certificates: readonly CardCertificate[]
  stop(): Promise<void>
}

export interface ServiceNode {
  readonly url: string
  readonly program: Program
}

export interface CardCertificate extends SerialOf {
  readonly der: Buffer
}

export async function startServiceNodes(options: ServiceNodesOptions): Promise<ServiceNodes> {
  const ports = await freePorts(options.count)
  const environment = {
    ECARD_ISSUER: `http://localhost:${ports[0] ?? 0}`,
    ECARD_DATA_DIR: join(options.folder, 'data'),
    ECARD_LOG_LEVEL: 'warn',
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl,
    ...options.environment,
  }
  const certificates = await seed(environment, options.cards)
  const nodes = ports.map((port, index) => ({
    url: `http://localhost:${port}`,
    program: startProgram('src/main.ts', [], {
      ...environment,
      ...options.environments?.[index],
      ECARD_PORT: String(port),
    }),
  }))
  await Promise.all(nodes.map(({ program }) => program.untilSays(/answers at/)))
  return {
    nodes,
    certificates,
    stop: async () => {
      await Promise.all(nodes.map(({ program }) => program.stop()))
    },
  }
}

async function seed(environment: NodeJS.ProcessEnv, count: number): Promise<CardCertificate[]> {
  const { config, secrets } = readConfig(environment)
  const service = await compose(config, secrets, { log: silentLog })
  try {
    const certificates: CardCertificate[] = []
    for (let number = 1; number <= count; number++) {
      certificates.push(await addCard(service.parts, number))
    }
    return certificates
  } finally {
    await service.close()
  }
}

async function addCard(parts: ServiceParts, number: number): Promise<CardCertificate> {
  const { random, clock, holders, cards, issuance } = parts
  const now = clock.now()
  const holder = {
    ...({ id: random.uuid(), type: 'person', state: 'active', email: null } as const),
    displayName: `Nguyễn Văn Mẫu ${number}`,
    nationalNumber: `000${String(number).padStart(9, '0')}`,
  }
  await holders.insertPerson(holder, now)
  const cardUuid = random.uuid()
  const kind = 'civil-servant'
  const expiresAt = new Date(now.getTime() + 365 * 86_400_000)
  const card = { cardUuid, kind, holderId: holder.id, stateSince: now, expiresAt } as const
  await cards.insert({ ...card, state: 'requested' })
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return issueCardCertificate(issuance, {
    ...{ cardUuid, kind, expiresAt, holder, slot: '9E', agencyPath: [], actor: 'test' },
    publicKey: keys.publicKey.export({ format: 'der', type: 'spki' }),
    possession: provePossession(keys.privateKey, 'P-256', { cardUuid, slot: '9E' }),
  })
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}
