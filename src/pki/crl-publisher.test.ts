import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCrlFixture, type CrlFixture } from '../../test/support/crl-fixture.ts'
import { KeystoreUnavailable } from '../errors.ts'
import type { Keystore } from '../keystore/keystore.ts'
import type { Log } from '../log.ts'
import { silentLog } from '../log.ts'
import { crlHealth } from './crl-health.ts'
import { createLatestCrls } from './crl-latest.ts'
import { startCrlPublisher, type CrlPublisher, type CrlPublisherDeps } from './crl-publisher.ts'
import { readCrl } from './crl-reader.ts'
import { holdCertificate, revokeAuthority, revokeCertificate } from './revocation.ts'

const by = { actor: 'ecard', role: 'administrator' } as const
const minutesMs = 60_000
const hoursMs = 3_600_000

let fixture: CrlFixture
let publisher: CrlPublisher | null
beforeEach(async () => {
  fixture = await createCrlFixture()
  publisher = null
})
afterEach(async () => {
  await publisher?.stop()
  await fixture.close()
})

/** The publisher with its clock-work standing still: tests wake it. */
async function start(given: Partial<CrlPublisherDeps> = {}): Promise<CrlPublisher> {
  const deps = { ...fixture.deps, log: silentLog, wakeEveryMs: 2 ** 30, ...given }
  publisher = await startCrlPublisher(deps)
  await publisher.wake()
  return publisher
}

const later = (ms: number) => {
  fixture.now = new Date(fixture.now.getTime() + ms)
}

async function numberOf(slug: string): Promise<bigint | null> {
  return (await createLatestCrls(fixture.db).find(slug, 0))?.number ?? null
}

/** Wakes it until the lists are as expected: notices take a moment. */
async function wakeUntil(slug: string, number: bigint): Promise<void> {
  await vi.waitFor(async () => {
    await publisher?.wake()
    expect(await numberOf(slug)).toBe(number)
  })
}

const healthOf = async (authority: string) =>
  (await crlHealth(fixture.deps)).find((one) => one.authority === authority)

describe('the publisher', () => {
  it('publishes the first lists of all authorities when it starts', async () => {
    await start()
    expect(await numberOf('root')).toBe(1n)
    expect(await numberOf('civil-servant')).toBe(1n)
  })

  it('publishes what changed, and nothing where nothing did', async () => {
    const { wake } = await start()
    const certificate = await fixture.addCertificate()
    later(2 * minutesMs)
    await wake()
    expect(await numberOf('civil-servant')).toBe(1n)
    await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
    await wakeUntil('civil-servant', 2n)
    later(2 * minutesMs)
    await wake()
    expect(await numberOf('civil-servant')).toBe(2n)
    expect(await numberOf('root')).toBe(1n)
  })

  it('makes one list of many changes within a minute, and forgets none', async () => {
    const { wake } = await start()
    later(2 * minutesMs)
    for (let count = 0; count < 3; count++) {
      const certificate = await fixture.addCertificate()
      await holdCertificate(fixture.deps, { certificate, ...by })
      await vi.waitFor(async () => {
        await wake()
        expect(await numberOf('civil-servant')).toBe(2n)
      })
      later(1000)
    }
    later(minutesMs)
    await wakeUntil('civil-servant', 3n)
    const list = await createLatestCrls(fixture.db).find('civil-servant', 0)
    expect(readCrl(list?.der ?? Buffer.of()).entryCount).toBe(3)
  })

  it('publishes what changed while nobody listened', async () => {
    const { stop } = await start()
    await stop()
    publisher = null
    const certificate = await fixture.addCertificate()
    await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
    later(2 * minutesMs)
    await start()
    expect(await numberOf('civil-servant')).toBe(2n)
  })

  it('puts a revoked authority on the root’s list, and publishes none of its own any more', async () => {
    const { wake } = await start()
    const authorityId = fixture.issuing.id
    await revokeAuthority(fixture.deps, { authorityId, reason: 'cACompromise', actor: 'ecard' })
    later(12 * hoursMs)
    await wake()
    expect(await numberOf('root')).toBe(2n)
    expect(await numberOf('civil-servant')).toBe(1n)
    expect(await healthOf('civil-servant')).toBeUndefined()
  })

  it('goes on for a retired authority, whose certificates stay valid', async () => {
    const { wake } = await start()
    await fixture.db.query(`update authorities set state = 'retired' where slug = 'civil-servant'`)
    later(12 * hoursMs)
    await wake()
    expect(await numberOf('civil-servant')).toBe(2n)
  })

  it('leaves an authority alone whose key is elsewhere', async () => {
    await fixture.db.query(`update authorities set key_name = null where slug = 'root'`)
    await start()
    expect(await numberOf('root')).toBeNull()
    expect(await numberOf('civil-servant')).toBe(1n)
    expect(await healthOf('root')).toMatchObject({
      state: 'missing',
      isRed: true,
      isMadeHere: false,
    })
  })

  it('tries again, less and less often, where a key cannot be used; the others go on', async () => {
    let tries = 0
    let isAway = true
    const { keystore } = fixture.deps
    const flaky: Keystore = {
      ...keystore,
      key: (name) => {
        if (name === 'ca-root') return keystore.key(name)
        tries += 1
        return isAway
          ? Promise.reject(new KeystoreUnavailable('the HSM is away'))
          : keystore.key(name)
      },
    }
    const error = vi.fn<Log['error']>()
    const { wake } = await start({ keystore: flaky, log: { ...silentLog, error } })
    expect(await numberOf('root')).toBe(1n)
    expect(error).toHaveBeenCalledWith('crl.not-published', expect.any(KeystoreUnavailable), {
      ...{ authority: 'civil-servant', retryInMs: minutesMs },
    })
    await wake()
    expect(tries).toBe(1)
    for (let minute = 0; minute < 60; minute++) {
      later(minutesMs)
      await wake()
    }
    // After 1, 2, 4, 8, 10, 10 … minutes.
    expect(tries).toBe(9)
    expect(await healthOf('civil-servant')).toMatchObject({ state: 'missing', isRed: true })
    isAway = false
    later(10 * minutesMs)
    await wake()
    expect(await numberOf('civil-servant')).toBe(1n)
  })

  it('survives a registry that cannot be asked, and goes on when it can', async () => {
    const { db } = fixture.deps
    let isAway = true
    const error = vi.fn<Log['error']>()
    const flaky: typeof db = {
      ...db,
      query: (text, values, options) =>
        isAway ? Promise.reject(new Error('gone')) : db.query(text, values, options),
    }
    const { wake } = await start({ db: flaky, log: { ...silentLog, error } })
    expect(error).toHaveBeenCalledWith('crl.not-published', expect.any(Error))
    isAway = false
    await wake()
    expect(await numberOf('civil-servant')).toBe(1n)
  })
})

describe('the health of a list', () => {
  it('is red when it is missing, overdue or over', async () => {
    expect(await healthOf('civil-servant')).toMatchObject({
      ...{ state: 'missing', isRed: true, list: null, ageSeconds: null, partition: 0 },
    })
    await fixture.publish()
    later(18 * hoursMs)
    expect(await healthOf('civil-servant')).toMatchObject({
      ...{ state: 'current', isRed: false, isMadeHere: true, ageSeconds: 18 * 3600 },
    })
    later(1000)
    expect(await healthOf('civil-servant')).toMatchObject({ state: 'ending', isRed: true })
    later(6 * hoursMs)
    expect(await healthOf('civil-servant')).toMatchObject({ state: 'ended', isRed: true })
  })
})
