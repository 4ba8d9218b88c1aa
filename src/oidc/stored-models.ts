import { errors, type Adapter, type AdapterPayload } from 'oidc-provider'
import type { ExpiringStore } from '../db/expiring-store.ts'
import type { ClientDirectory } from './clients.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { ReadAhead } from './read-ahead.ts'
import type { WriteBehind } from './write-behind.ts'
import { recordKey, sessionCookieKey, sessionKey, signInKey, usedKey } from './store-keys.ts'

export interface AdapterDeps {
  readonly store: ExpiringStore
  readonly reads: ReadAhead
  readonly writes: WriteBehind
  readonly clients: ClientDirectory
  readonly lifetimes: Lifetimes
}

/** The part of the library's storage contract that a model needs. */
export type Model = Partial<Adapter>

/** @param name - of the library's model, such as `Session` */
export function createModel(deps: AdapterDeps, name: string): Model {
  const { lifetimes } = deps
  switch (name) {
    case 'Client':
      return clientModel(deps.clients)
    case 'Session':
      return sessionModel(deps)
    case 'AccessToken':
      return tokenModel(deps, name)
    case 'AuthorizationCode':
      return usableOnceModel(deps, name, lifetimes.authorizationCodeSeconds)
    case 'RefreshToken':
      return usableOnceModel(deps, name, lifetimes.refreshTokenSeconds)
    case 'ReplayDetection':
      return replayModel(deps)
    default:
      return recordModel(deps, name)
  }
}

/** Clients are written by administrators, never through the library. */
function clientModel(clients: ClientDirectory): Model {
  return {
    find: async (clientId) => (await clients.find(clientId))?.metadata,
  }
}

/** A record that is put, read and deleted. */
function recordModel({ store, reads, writes }: AdapterDeps, name: string): Model {
  return {
    upsert: (id, payload, ttl) =>
      writes.begin(store.put(recordKey(name, id), JSON.stringify(payload), whole(ttl))),
    find: async (id) => parse(await reads.get(recordKey(name, id))),
    destroy: (id) => writes.begin(store.delete([recordKey(name, id)])),
    revokeByGrantId: () => Promise.resolve(),
  }
}

/** A session is kept by its uid; the id in its cookie, which changes at each sign-in, leads there. */
function sessionModel({ store, reads, writes }: AdapterDeps): Model {
  const findByUid = async (uid: string) => parse(await reads.get(sessionKey(uid)))
  return {
    findByUid,
    upsert: async (id, payload, ttl) => {
      const { uid = '' } = payload
      await Promise.all([
        writes.begin(store.put(sessionKey(uid), JSON.stringify(payload), whole(ttl))),
        writes.begin(store.put(sessionCookieKey(id), uid, whole(ttl))),
      ])
    },
    find: async (id) => {
      const uid = await store.get(sessionCookieKey(id))
      if (uid === null) return undefined
      reads.expect([signInKey(uid)])
      const session = await findByUid(uid)
      return session?.jti === id ? session : undefined
    },
    destroy: async (id) => {
      const uid = await store.takeOnce(sessionCookieKey(id))
      if (uid !== null) await store.delete([sessionKey(uid)])
    },
  }
}

/** A token is looked at together with what it rests on. */
function tokenModel(deps: AdapterDeps, name: string): Model {
  const record = recordModel(deps, name)
  return {
    ...record,
    find: async (id) => expectBasis(deps, parse(await deps.store.get(recordKey(name, id)))),
  }
}

/**
 * Codes and rotating refresh tokens. The library reads `consumed` and then calls `consume`: that
 * it happens once among concurrent redeemers is decided here, by who puts the mark. A used record
 * stays readable, for its second use must be noticed (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
 */
function usableOnceModel(deps: AdapterDeps, name: string, maxLifetimeSeconds: number): Model {
  const { store } = deps
  return {
    ...recordModel(deps, name),
    find: async (id) => {
      const keys = [recordKey(name, id), usedKey(name, id)]
      const [stored = null, used = null] = await store.getMany(keys)
      const payload = expectBasis(deps, parse(stored))
      return payload === undefined || used === null ? payload : { ...payload, consumed: true }
    },
    consume: async (id) => {
      if (await store.putIfAbsent(usedKey(name, id), '1', maxLifetimeSeconds)) return
      const { grantId } = parse(await store.get(recordKey(name, id))) ?? {}
      // Two redeemers of one code: one of them may be a thief, and nobody can tell which.
      if (grantId !== undefined) await revokeGrants(store, [grantId])
      throw new errors.InvalidGrant(`${name} was used a second time`)
    },
  }
}

/** The library asks for the session, the sign-in and the grant of a token next. */
function expectBasis(
  { reads }: AdapterDeps,
  payload: AdapterPayload | undefined,
): AdapterPayload | undefined {
  const { sessionUid, grantId, expiresWithSession } = payload ?? {}
  if (sessionUid !== undefined && expiresWithSession === true)
    reads.expect([sessionKey(sessionUid)])
  if (sessionUid !== undefined) reads.expect([signInKey(sessionUid)])
  if (grantId !== undefined) reads.expect([recordKey('Grant', grantId)])
  return payload
}

/**
 * The `jti` of client assertions. The library reads first and writes then; the reading is skipped
 * and the writing decides, so that of concurrent uses one alone passes.
 */
function replayModel({ store }: AdapterDeps): Model {
  return {
    find: () => Promise.resolve(undefined),
    upsert: async (id, _payload, ttl) => {
      if (await store.putIfAbsent(recordKey('ReplayDetection', id), '1', whole(ttl))) return
      throw new errors.InvalidClientAuth('client assertion tokens must only be used once')
    },
  }
}

/** The session `uid` stands for, as it is now; null: there is none. */
export async function readSession(
  store: ExpiringStore,
  uid: string,
): Promise<AdapterPayload | null> {
  return parse(await store.get(sessionKey(uid))) ?? null
}

/**
 * The session `uid` stands for, taken out of the store: one of many concurrent callers gets it.
 * null: there is none, or somebody else has it.
 */
export async function takeSession(
  store: ExpiringStore,
  uid: string,
): Promise<AdapterPayload | null> {
  return parse(await store.takeOnce(sessionKey(uid))) ?? null
}

/** All tokens of these grants are refused from here on. */
export async function revokeGrants(
  store: ExpiringStore,
  grantIds: readonly string[],
): Promise<void> {
  await Promise.all(grantIds.map((id) => store.delete([recordKey('Grant', id)])))
}

/** Client assertions may carry fractions of a second. */
function whole(ttlSeconds: number | undefined): number {
  return Math.max(1, Math.ceil(ttlSeconds ?? 0))
}

function parse(stored: string | null): AdapterPayload | undefined {
  return stored === null ? undefined : (JSON.parse(stored) as AdapterPayload)
}
