import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { ServiceParts } from '../../src/compose.ts'
import type { SignInSlot } from '../../src/holders/card-kind.ts'
import { hashSecret } from '../../src/oidc/clients.ts'
import { issueCardCertificate } from '../../src/pki/issue-card-certificate.ts'
import { provePossession } from '../support/card-key.ts'

/** A card as software: the load is the service's, not the card's. */
export interface SoftCard {
  readonly cardUuid: string
  readonly holderId: string
  /** Which of its keys answers: the one of a tap, or the one of card and PIN. */
  readonly keySlot: SignInSlot
  readonly privateKey: KeyObject
  readonly certificate: Buffer
}

/** A managed terminal, the browser paired with it, and the card that is tapped there. */
export interface Desk {
  readonly terminalId: string
  readonly terminalKey: KeyObject
  readonly pairingSecret: string
  readonly card: SoftCard
}

export interface BenchClient {
  readonly id: string
  readonly secret: string
  readonly redirectUri: string
  readonly metadata: Readonly<Record<string, unknown>>
}

const redirectUri = 'https://application.example/callback'
const common = {
  redirect_uris: [redirectUri],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256',
}

/** One application that signs in, one that also refreshes and acts for itself. */
export const benchClients = {
  signIn: benchClient('bench-sign-in', ['authorization_code']),
  service: benchClient('bench-service', [
    'authorization_code',
    'refresh_token',
    'client_credentials',
  ]),
}

/** Fills an empty registry with desks, each with a holder and a card of its own. */
export async function buildWorld(parts: ServiceParts, deskCount: number): Promise<Desk[]> {
  for (const client of Object.values(benchClients)) await addClient(parts, client)
  const desks: Desk[] = []
  for (let number = 1; number <= deskCount; number++) desks.push(await buildDesk(parts, number))
  return desks
}

export async function buildDesk(
  parts: ServiceParts,
  number: number,
  { keySlot = '9E' }: { readonly keySlot?: SignInSlot } = {},
): Promise<Desk> {
  const { random, clock, terminals } = parts
  const card = await buildCard(parts, number, keySlot)
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const terminalId = random.uuid()
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' })
  const now = clock.now()
  await terminals.insertInvited(
    { id: terminalId, name: `Máy ${number}`, mode: 'managed', agencyId: null, isDesk: false },
    now,
  )
  await terminals.activate(terminalId, { publicKey, at: now })
  const pairingSecret = random.bytes(32).toString('base64url')
  const secretHash = createHash('sha256').update(pairingSecret).digest()
  await terminals.insertPairing(terminalId, secretHash, now)
  return { terminalId, terminalKey: keys.privateKey, pairingSecret, card }
}

async function buildCard(
  parts: ServiceParts,
  number: number,
  keySlot: SignInSlot,
): Promise<SoftCard> {
  const { random, clock, holders, cards } = parts
  const now = clock.now()
  const holderId = random.uuid()
  const holder = {
    id: holderId,
    type: 'person',
    state: 'active',
    displayName: `Nguyễn Văn Mẫu ${number}`,
    email: null,
    nationalNumber: `000${String(number).padStart(9, '0')}`,
  } as const
  await holders.insertPerson(holder, now)
  const cardUuid = random.uuid()
  const expiresAt = new Date(now.getTime() + 3 * 365 * 24 * 3600 * 1000)
  const kind = 'civil-servant'
  await cards.insert({ cardUuid, kind, holderId, state: 'requested', stateSince: now, expiresAt })
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' })
  const { der } = await issueCardCertificate(parts.issuance, {
    ...{ cardUuid, kind, expiresAt, holder, publicKey },
    ...{ slot: keySlot, agencyPath: [], actor: 'bench' },
    possession: provePossession(keys.privateKey, 'P-256', { cardUuid, slot: keySlot }),
  })
  await cards.changeState(cardUuid, { from: 'requested', to: 'issued', reason: null, at: now })
  await cards.changeState(cardUuid, { from: 'issued', to: 'active', reason: null, at: now })
  return { cardUuid, holderId, keySlot, privateKey: keys.privateKey, certificate: der }
}

async function addClient(parts: ServiceParts, client: BenchClient): Promise<void> {
  await parts.clients.upsert({
    clientId: client.id,
    name: { vi: 'Đo tốc độ', en: 'Benchmark' },
    agencyId: null,
    state: 'active',
    metadata: client.metadata,
    secretHash: hashSecret(client.secret),
    policy: {
      leastLevel: 'low',
      cardKinds: ['civil-servant'],
      agencyIds: null,
      cardCompulsoryFrom: null,
    },
  })
}

function benchClient(id: string, grantTypes: readonly string[]): BenchClient {
  const secret = createHash('sha256').update(id).digest('base64url')
  return { id, secret, redirectUri, metadata: { ...common, grant_types: grantTypes } }
}
