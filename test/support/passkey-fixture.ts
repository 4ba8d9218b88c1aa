import { createHash } from 'node:crypto'
import { createAuditStore, type AuditStore } from '../../src/audit/audit-store.ts'
import { createMemoryStore } from '../../src/db/memory-store.ts'
import type { Database } from '../../src/db/pool.ts'
import type { Authentication } from '../../src/holders/authentication.ts'
import type { Passkey } from '../../src/passkeys/passkey.ts'
import { createPasskeyNotices, type PasskeyNotices } from '../../src/passkeys/passkey-notices.ts'
import { createPasskeyStore, type PasskeyStore } from '../../src/passkeys/passkey-store.ts'
import { PasskeyRefused, type PasskeyRefusalReason } from '../../src/passkeys/refusal.ts'
import {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
  type PasskeyRegistrationDeps,
  type RegistrationSession,
} from '../../src/passkeys/register-passkey.ts'
import type { PasskeyPolicy, RelyingParty } from '../../src/passkeys/relying-party.ts'
import {
  beginPasskeySignIn,
  finishPasskeySignIn,
  type PasskeyAttempt,
  type PasskeySignInDeps,
} from '../../src/passkeys/verify-passkey.ts'
import { systemRandom } from '../../src/random.ts'
import { migratedTestDatabase } from './migrated-database.ts'
import { insertCard, registryTime } from './registry.ts'
import {
  createSoftAuthenticator,
  type Conduct,
  type SoftAuthenticator,
} from './soft-authenticator.ts'

export const passkeyOrigin = 'https://id.example'

export type PasskeyDeps = PasskeyRegistrationDeps & PasskeySignInDeps

/** Both ceremonies on a real PostgreSQL, with devices in software. */
export interface PasskeyFixture {
  readonly db: Database
  readonly databaseUrl: string
  readonly deps: PasskeyDeps
  readonly passkeys: PasskeyStore
  readonly passkeyNotices: PasskeyNotices
  readonly audit: AuditStore
  readonly clock: { now(): Date; advance(seconds: number): void }
  /** A person with an active card, signed in by card and PIN this moment. */
  signedIn(holderId?: string): Promise<HolderSession>
  /** A device with a passkey of somebody new, or of `session`'s holder. */
  registered(
    options?: { readonly session?: HolderSession; readonly counts?: boolean } & Conduct,
  ): Promise<RegisteredDevice>
  close(): Promise<void>
}

export interface HolderSession extends RegistrationSession {
  readonly cardUuid: string
}

export interface RegisteredDevice {
  readonly session: HolderSession
  readonly device: SoftAuthenticator
  readonly passkey: Passkey
}

export function relyingPartyFor(
  { id, origin }: { id: string; origin: string },
  policy: Partial<PasskeyPolicy> = {},
): RelyingParty {
  return {
    id,
    origin,
    idHash: createHash('sha256').update(id).digest(),
    name: 'Tỉnh Minh Họa',
    policy: { attestation: 'none', mayBeSynced: true, mayStandAlone: false, ...policy },
    metadata: new Map(),
  }
}

export async function createPasskeyFixture(): Promise<PasskeyFixture> {
  const database = await migratedTestDatabase()
  const { db } = database
  let now = registryTime.getTime() + 86_400_000
  const clock = {
    now: () => new Date(now),
    advance: (seconds: number) => (now += seconds * 1000),
  }
  const store = createMemoryStore({ clock })
  const audit = createAuditStore(db)
  const passkeys = createPasskeyStore(db)
  const relyingParty = relyingPartyFor({ id: 'id.example', origin: passkeyOrigin })
  const deps = { store, audit, passkeys, relyingParty, clock, random: systemRandom }

  async function signedIn(holderId?: string): Promise<HolderSession> {
    const card = await insertCard(db, holderId === undefined ? {} : { holderId })
    return {
      sessionUid: systemRandom.uuid(),
      holder: { id: card.holderId, displayName: 'Nguyễn Văn Mẫu' },
      signIn: {
        ...{ method: 'card', level: 'high', cardKind: 'civil-servant' },
        cardUuid: card.cardUuid,
        at: Math.floor(now / 1000),
      },
      cardUuid: card.cardUuid,
    }
  }

  return {
    passkeyNotices: createPasskeyNotices({ areSent: true }),
    ...{ db, databaseUrl: database.url, deps, passkeys, audit, clock, signedIn },
    registered: async ({ session: given, counts = true, ...how } = {}) => {
      const session = given ?? (await signedIn())
      const device = createSoftAuthenticator({ origin: passkeyOrigin, counts })
      const { challengeId, options } = await beginPasskeyRegistration(deps, session)
      const response = device.create(options, how)
      const attempt = { challengeId, name: 'Điện thoại', response }
      const passkey = await finishPasskeyRegistration(deps, session, attempt)
      return { session, device, passkey }
    },
    close: async () => {
      await store.close()
      await database.drop()
    },
  }
}

export const interactionId = 'an interaction of one browser'
export const browserSecret = 'known to that browser alone'

/** Asks `device` as the sign-in page does; what comes back is not handed in yet. */
export async function askDevice(
  deps: PasskeyDeps,
  device: SoftAuthenticator,
  how: Conduct = {},
): Promise<PasskeyAttempt> {
  const { challengeId, options } = await beginPasskeySignIn(deps, { interactionId, browserSecret })
  const response = device.get(options, how)
  const usedAt = { terminalId: null, device: 'Chrome, Windows' }
  return { challengeId, interactionId, browserSecret, response, usedAt }
}

export async function signInBy(
  deps: PasskeyDeps,
  device: SoftAuthenticator,
  how: Conduct = {},
): Promise<Authentication> {
  return finishPasskeySignIn(deps, await askDevice(deps, device, how))
}

/** The reason of the refusal that `work` ends with; whatever else happens is a failure. */
export async function refusalOf(work: Promise<unknown>): Promise<PasskeyRefusalReason> {
  const error = await work.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  )
  if (error instanceof PasskeyRefused) return error.reason
  throw error
}
