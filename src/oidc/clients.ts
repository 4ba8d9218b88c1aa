import { createHash, timingSafeEqual } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { AdapterPayload } from 'oidc-provider'
import type { Clock } from '../clock.ts'
import type { Agency } from '../holders/agency.ts'
import type { AssuranceLevel } from '../holders/authentication.ts'
import type { Client } from './client-store.ts'
import { requiredLevel, type Requirement } from './sign-in-policy.ts'

/** A shared application as a sign-in sees it. */
export interface Application {
  readonly client: Client
  /** As the library reads it; the same object as long as it is remembered. */
  readonly metadata: AdapterPayload
  /** The office that runs it. */
  readonly officeName: string | null
  /** The agencies that it is for, by code; null admits everybody. */
  readonly agencyCodes: readonly string[] | null
}

/** The registered applications, with a short memory so that a change takes effect in seconds. */
export interface ClientDirectory {
  /** null: no such client, or it is disabled. */
  find(clientId: string): Promise<Application | null>
}

interface Remembered {
  readonly application: Application | null
  readonly readAt: number
}

/** Unknown ids are remembered as well, so the memory is bounded. */
const maxRemembered = 1000

/** @param options.memorySeconds - how long an answer may be old; 0 asks every time */
export function createClientDirectory(
  clients: { find(clientId: string): Promise<Client | null> },
  agencies: { find(id: string): Promise<Agency | null> },
  options: { clock: Clock; memorySeconds: number },
): ClientDirectory {
  const memory = new LRUCache<string, Remembered>({ max: maxRemembered })
  return {
    find: async (clientId) => {
      const now = options.clock.now().getTime()
      const known = memory.get(clientId)
      if (known !== undefined && now - known.readAt < options.memorySeconds * 1000)
        return known.application
      const client = await clients.find(clientId)
      const application = client?.state === 'active' ? await withAgencies(client, agencies) : null
      memory.set(clientId, { application, readAt: now })
      return application
    },
  }
}

async function withAgencies(
  client: Client,
  agencies: { find(id: string): Promise<Agency | null> },
): Promise<Application> {
  const office = client.agencyId === null ? null : await agencies.find(client.agencyId)
  const ids = client.policy.agencyIds
  const admitted = ids === null ? null : await Promise.all(ids.map((id) => agencies.find(id)))
  // An agency that is gone admits nobody; it must not turn into "everybody".
  const agencyCodes = admitted?.flatMap((agency) => (agency === null ? [] : [agency.code])) ?? null
  return { client, metadata: metadataOf(client), officeName: office?.name ?? null, agencyCodes }
}

/** @param requestedAcrs - `acr_values` of the request, if any */
export function requirementOf(
  { client, agencyCodes }: Application,
  requestedAcrs: string | undefined,
  { now }: { now: Date },
): Requirement {
  const { leastLevel, cardKinds, cardCompulsoryFrom } = client.policy
  const level: AssuranceLevel = requiredLevel(leastLevel, requestedAcrs)
  const isCardCompulsory = cardCompulsoryFrom !== null && now >= cardCompulsoryFrom
  return { clientId: client.clientId, level, isCardCompulsory, cardKinds, agencyCodes }
}

/**
 * Client metadata (Dynamic Client Registration 1.0 §2) as the library reads it. In the place of
 * the secret stands its hash: the library only looks whether there is one, see `isSecretOf`.
 */
export function metadataOf(client: Client): AdapterPayload {
  const secret =
    client.secretHash === null ? {} : { client_secret: client.secretHash.toString('hex') }
  return {
    client_name: client.name.vi,
    ...client.metadata,
    ...secret,
    client_id: client.clientId,
  }
}

/**
 * Whether `received` is the client's secret, or for as long as it counts the one before it. Secrets
 * are 256 random bits that we make ourselves, so there is nothing to guess and no slow hash is
 * needed.
 */
export function isSecretOf(
  { secretHash, previousSecret }: Pick<Client, 'secretHash' | 'previousSecret'>,
  received: string,
  now: Date,
): boolean {
  if (secretHash === null) return false
  const actual = hashSecret(received)
  if (isSame(actual, secretHash)) return true
  if (previousSecret === undefined || now >= previousSecret.until) return false
  return isSame(actual, previousSecret.hash)
}

function isSame(actual: Buffer, expected: Buffer): boolean {
  return expected.length === actual.length && timingSafeEqual(actual, expected)
}

/** What the database keeps of a client's secret. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
