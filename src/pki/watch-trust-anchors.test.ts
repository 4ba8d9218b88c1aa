import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { createTinyCa, type TinyCa } from '../../test/support/tiny-ca.ts'
import type { Database } from '../db/pool.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { silentLog } from '../log.ts'
import { createAuthorityStore } from './authority-store.ts'
import { parseCertificate } from './certificate.ts'
import { checkChain } from './chain.ts'
import { watchTrustAnchors, type WatchedTrustAnchors } from './watch-trust-anchors.ts'

const now = new Date('2026-03-02T01:30:00Z')
let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let ca: TinyCa
let watched: WatchedTrustAnchors | null = null

beforeEach(async () => {
  database = await migratedTestDatabase()
  db = database.db
  ca = await createTinyCa({ clock: { now: () => now } })
})
afterEach(async () => {
  await watched?.stop()
  watched = null
  await database.drop()
})

async function register(): Promise<void> {
  for (const authority of ca.authorities) await createAuthorityStore(db).insertAuthority(authority)
}

async function watch(): Promise<WatchedTrustAnchors> {
  watched = await watchTrustAnchors({ db, certificates: createAuthorityStore(db), log: silentLog })
  return watched
}

async function cardCertificate() {
  return parseCertificate((await ca.issue()).der)
}

const until = { timeout: 5_000, interval: 10 }

describe('watchTrustAnchors', () => {
  it('starts without authorities and takes them up when the ceremony is held', async () => {
    const anchors = await watch()
    const certificate = await cardCertificate()
    expect(() => checkChain(certificate, anchors.current(), now)).toThrow('chain-untrusted')
    await register()
    await vi.waitFor(() => {
      expect(checkChain(certificate, anchors.current(), now).kind).toBe('civil-servant')
    }, until)
  })

  it('refuses what a revoked authority signed, though it was verified before', async () => {
    await register()
    const anchors = await watch()
    const certificate = await cardCertificate()
    expect(checkChain(certificate, anchors.current(), now).kind).toBe('civil-servant')
    await db.query(
      `update authorities set state = 'revoked', revoked_at = $1,
         revocation_reason = 'keyCompromise' where slug = 'civil-servant'`,
      [now],
    )
    await vi.waitFor(() => {
      expect(refusalOf(() => checkChain(certificate, anchors.current(), now))).toBe(
        'authority-revoked',
      )
    }, until)
  })

  it('goes on believing what a retired authority signed', async () => {
    await register()
    const anchors = await watch()
    const before = anchors.current()
    await db.query(`update authorities set state = 'retired' where slug = 'civil-servant'`)
    await vi.waitFor(() => {
      expect(anchors.current()).not.toBe(before)
    }, until)
    expect(checkChain(await cardCertificate(), anchors.current(), now).kind).toBe('civil-servant')
  })

  it('leaves an unsound authority out, tells it, and keeps the others', async () => {
    const stranger = await createTinyCa({ clock: { now: () => now } })
    await register()
    const anchors = await watch()
    const theirCa = { ...stranger.issuing.citizen, slug: 'citizen-2', keyName: null }
    const smuggled = { ...theirCa, state: 'retired' } as const
    await createAuthorityStore(db).insertAuthority({ ...smuggled, issuerId: ca.root.id })
    await vi.waitFor(() => {
      expect(anchors.faults()).toMatchObject([{ name: smuggled.name }])
    }, until)
    expect(checkChain(await cardCertificate(), anchors.current(), now).kind).toBe('civil-servant')
    const theirs = parseCertificate((await stranger.issue({ kind: 'citizen' })).der)
    expect(() => checkChain(theirs, anchors.current(), now)).toThrow('chain-untrusted')
  })

  it('keeps the last anchors while the registry cannot be asked, and asks again', async () => {
    await register()
    const store = createAuthorityStore(db)
    let failures = 0
    const listAuthorities = () => {
      if (failures === 0) return store.listAuthorities()
      failures -= 1
      return Promise.reject(new DatabaseUnavailable('away'))
    }
    watched = await watchTrustAnchors({ db, certificates: { listAuthorities }, log: silentLog })
    const before = watched.current()
    failures = 2
    await db.query(`update authorities set state = 'retired' where slug = 'citizen'`)
    await vi.waitFor(() => {
      expect(failures).toBe(0)
      expect(watched?.current()).not.toBe(before)
    }, until)
    expect(before.byKeyIdentifier.size).toBe(5)
  })

  it('rejects when the registry cannot be asked the first time', async () => {
    const listAuthorities = () => Promise.reject(new DatabaseUnavailable('away'))
    const watching = watchTrustAnchors({ db, certificates: { listAuthorities }, log: silentLog })
    await expect(watching).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  })
})

function refusalOf(check: () => unknown): unknown {
  try {
    check()
    return null
  } catch (error) {
    return (error as { facts: { fault?: unknown } }).facts.fault
  }
}
