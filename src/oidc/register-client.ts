import { createAuditStore } from '../audit/audit-store.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db/pool.ts'
import { Duplicate } from '../errors.ts'
import type { Random } from '../random.ts'
import { ClientRefused, type ClientFault } from './client-refused.ts'
import { createClientStore, type Client } from './client-store.ts'
import { clientWishFaults, metadataOfWish, type ClientWish } from './client-wish.ts'
import { hashSecret, metadataOf } from './clients.ts'

export interface RegisterClientDeps {
  readonly db: Database
  readonly clock: Clock
  readonly random: Random
}

export interface RegisteredClient {
  readonly client: Client
  /** Shown once: the registry keeps its hash alone. Null for a client that has none. */
  readonly secret: string | null
}

/** What `registerClient` would do; nothing is made. @throws ClientRefused */
export async function planClient(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  wish: ClientWish,
): Promise<void> {
  const isTaken = (await createClientStore(db).find(wish.clientId)) !== null
  const faults = [...(isTaken ? [takenFault(wish)] : []), ...clientWishFaults(wish)]
  if (faults.length > 0) throw new ClientRefused(faults)
  // The library takes half a second to load, and no other command about applications needs it.
  const { providerFaults } = await import('./provider-rules.ts')
  // A hash of the right length stands for the secret that is not made yet.
  const refused = providerFaults(metadataOf(clientOf(wish, Buffer.alloc(32))), clock)
  if (refused.length > 0) throw new ClientRefused(refused)
}

/**
 * Registers an application. Every node knows it within seconds.
 *
 * @throws ClientRefused
 */
export async function registerClient(
  deps: RegisterClientDeps,
  wish: ClientWish,
  by: { readonly actor: string },
): Promise<RegisteredClient> {
  await planClient(deps, wish)
  const secret = wish.auth === 'client_secret_basic' ? newSecret(deps.random) : null
  const client = clientOf(wish, secret === null ? null : hashSecret(secret))
  const { clientId } = client
  const facts = { auth: wish.auth, leastLevel: wish.policy.leastLevel }
  await deps.db
    .inTransaction(async (tx) => {
      await createClientStore(tx).insert(client)
      const event = { at: deps.clock.now(), event: 'client.registered', clientId } as const
      await createAuditStore(tx).append({ ...event, outcome: 'succeeded', actor: by.actor, facts })
    })
    .catch((error: unknown) => {
      throw error instanceof Duplicate ? new ClientRefused([takenFault(wish)]) : error
    })
  return { client, secret }
}

/** 256 bits: nothing to guess, see `isSecretOf`. */
export function newSecret(random: Random): string {
  return random.bytes(32).toString('base64url')
}

function clientOf(wish: ClientWish, secretHash: Buffer | null): Client {
  const { clientId, name, agencyId, policy } = wish
  return {
    ...{ clientId, agencyId, policy, state: 'active' },
    name: { vi: name.vi.normalize('NFC').trim(), en: name.en.normalize('NFC').trim() },
    metadata: metadataOfWish(wish),
    secretHash: wish.auth === 'client_secret_basic' ? secretHash : null,
  }
}

function takenFault({ clientId }: ClientWish): ClientFault {
  return { field: 'id', reason: 'id-taken', given: clientId }
}
