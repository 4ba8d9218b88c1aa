import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditStore, type AuditStore } from '../../src/audit/audit-store.ts'
import type { Database } from '../../src/db/pool.ts'
import { createMemoryRateLimiter } from '../../src/db/flexible-rate-limiter.ts'
import type { Person } from '../../src/holders/holder.ts'
import { openFileKeystore } from '../../src/keystore/file-keystore.ts'
import { createClientStore, type Client } from '../../src/oidc/client-store.ts'
import { issuePass, type IssuedPass } from '../../src/passes/issue-pass.ts'
import type { PassRequest } from '../../src/passes/plan-pass.ts'
import { createPassSecret, type PassSecret } from '../../src/passes/pass-secret.ts'
import { redeemPass, type PassAttempt } from '../../src/passes/redeem-pass.ts'
import { systemRandom } from '../../src/random.ts'
import type { RateLimiter } from '../../src/db/rate-limiter.ts'
import { migratedTestDatabase } from './migrated-database.ts'
import { insertPerson } from './registry.ts'

/** Passes on a real PostgreSQL and keystore, at an instant that the test moves. */
export interface PassFixture {
  readonly db: Database
  readonly audit: AuditStore
  readonly secret: PassSecret
  readonly clock: { now(): Date; advance(seconds: number): void }
  /** Counters that no other test has used. */
  forgetGuesses(): void
  /** A person with a number of their own, who may be named by it. */
  addPerson(): Promise<Person>
  addClient(policy?: Partial<Client['policy']>): Promise<string>
  issue(holder: Person, wish?: Partial<PassRequest>): Promise<IssuedPass>
  redeem(attempt: Partial<PassAttempt>): ReturnType<typeof redeemPass>
  close(): Promise<void>
}

export async function createPassFixture(): Promise<PassFixture> {
  const database = await migratedTestDatabase()
  const { db } = database
  const secret = await openPassSecret()
  const clock = movableClock()
  let limiter: RateLimiter = createMemoryRateLimiter()
  let people = 0
  return {
    ...{ db, secret, clock, audit: createAuditStore(db) },
    forgetGuesses: () => {
      limiter = createMemoryRateLimiter()
    },
    addPerson: () =>
      insertPerson(db, { nationalNumber: `0000850${String(++people).padStart(5, '0')}` }),
    addClient: (policy) => addClient(db, policy),
    issue: (holder, wish) =>
      issuePass({ db, clock, random: systemRandom, secret }, { ...wishFor(holder), ...wish }),
    redeem: (attempt) => redeemPass({ db, clock, limiter, secret }, { ...anywhere, ...attempt }),
    close: () => database.drop(),
  }
}

/** Of a keystore that is gone once it is open: the secret stays in memory. */
export async function openPassSecret(): Promise<PassSecret> {
  const directory = await mkdtemp(join(tmpdir(), 'ecard-pass-'))
  const passphrase = Buffer.from('one passphrase for tests')
  const keystore = await openFileKeystore({ directory, passphrase, random: systemRandom })
  const secret = createPassSecret(keystore)
  await secret.pseudonymOf('000000000000')
  await rm(directory, { recursive: true })
  return secret
}

function movableClock(): PassFixture['clock'] {
  let nowMs = Date.parse('2026-11-23T01:00:00Z')
  return {
    now: () => new Date(nowMs),
    advance: (seconds) => {
      nowMs += seconds * 1000
    },
  }
}

function wishFor({ id }: Person): PassRequest {
  return {
    ...{ holderId: id, cardKind: 'civil-servant', validFrom: null, lastsSeconds: 8 * 3600 },
    ...{ uses: 1, clientIds: null, mayRegisterPasskey: false },
    ...{ actor: 'ecard', reason: 'quên thẻ, đã xem CCCD' },
  }
}

const anywhere: PassAttempt = {
  receivedNumber: '000085000001',
  receivedCode: '',
  place: { kind: 'network', network: '192.0.2.1' },
  clientId: 'documents',
  cardKinds: ['civil-servant'],
  isForRegistration: false,
}

async function addClient(db: Database, policy: Partial<Client['policy']> = {}): Promise<string> {
  const clientId = `app-${systemRandom.uuid()}`
  await createClientStore(db).upsert({
    clientId,
    name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    ...{ agencyId: null, state: 'active', metadata: {}, secretHash: null },
    policy: {
      ...{ leastLevel: 'low', cardKinds: ['civil-servant'], agencyIds: null },
      ...{ cardCompulsoryFrom: null, ...policy },
    },
  })
  return clientId
}
