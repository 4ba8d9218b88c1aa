import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ocspRequest, readOcspResponse } from '../../test/support/ocsp-client.ts'
import {
  createOcspFixture,
  type IssuedLeaf,
  type OcspFixture,
} from '../../test/support/ocsp-fixture.ts'
import type { Database } from '../db/pool.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { openOcspService, type OcspService } from './ocsp-service.ts'

/** From the commit of a change to every answer that tells of it. */
const boundMs = 1000
/** A machine that is busy with other tests gets a little longer to hand out the CPU. */
const patienceMs = 8_000

let fixture: OcspFixture
let leaf: IssuedLeaf
let services: OcspService[]

beforeEach(async () => {
  fixture = await createOcspFixture()
  leaf = await fixture.issue()
  services = []
})

afterEach(async () => {
  await Promise.all(services.map((service) => service.close()))
  await fixture.close()
})

async function open(deps = fixture.anotherNode()): Promise<OcspService> {
  const service = await openOcspService(deps)
  services.push(service)
  return service
}

function question(of: IssuedLeaf = leaf): Buffer {
  const { issuer, serialNumber } = of
  return ocspRequest([{ issuerDer: issuer.certificateDer, serialNumber }])
}

async function ask(service: OcspService): Promise<string> {
  const { der } = await service.answer(question())
  const { status, certificates } = readOcspResponse(der, leaf.issuer.certificateDer)
  return certificates[0]?.says ?? status
}

/** Asks until the very same answer comes twice: from then on it is kept. */
async function untilKept(service: OcspService): Promise<void> {
  await until(async () => {
    const [one, two] = [await service.answer(question()), await service.answer(question())]
    return one.der === two.der
  })
}

async function until(holds: () => Promise<boolean>): Promise<number> {
  const began = performance.now()
  while (!(await holds())) {
    if (performance.now() - began > patienceMs) throw new Error('it never came about')
    await pause(5)
  }
  return performance.now() - began
}

async function revoke(): Promise<void> {
  const change = {
    status: 'revoked',
    at: fixture.deps.clock.now(),
    reason: 'keyCompromise',
  } as const
  await fixture.certificates.setStatus(leaf, change)
}

/** How long after the commit each service has told of the revocation; and then it stays so. */
async function timeToTell(...asked: OcspService[]): Promise<number> {
  await revoke()
  const times = asked.map((service) => until(async () => (await ask(service)) === 'keyCompromise'))
  const longest = Math.max(...(await Promise.all(times)))
  for (const service of asked) expect(await ask(service)).toBe('keyCompromise')
  return longest
}

/** A database whose notices can be silenced, as by a network that drops packets without a word. */
function mutable(db: Database) {
  let isMuted = false
  let isAway = false
  return {
    mute: () => {
      isMuted = true
    },
    cutOff: () => {
      isMuted = true
      isAway = true
    },
    db: {
      ...db,
      query: (...args: Parameters<Database['query']>) =>
        isAway ? Promise.reject(new DatabaseUnavailable('away')) : db.query(...args),
      listen: (...[channel, onPayload, onBack]: Parameters<Database['listen']>) =>
        db.listen(
          channel,
          (payload) => {
            if (!isMuted) onPayload(payload)
          },
          onBack,
        ),
    } satisfies Database,
  }
}

describe('a revocation', () => {
  it('is told at once by every node that had kept an answer', async () => {
    const [here, there] = [await open(), await open()]
    await Promise.all([untilKept(here), untilKept(there)])
    expect(await timeToTell(here, there)).toBeLessThan(boundMs)
  })

  it('is told in time where the connection for notices was cut', async () => {
    const service = await open()
    await untilKept(service)
    await fixture.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'ecard-sso listener' and datname = current_database()`,
    )
    expect(await timeToTell(service)).toBeLessThan(boundMs)
    await untilKept(service)
    expect(await ask(service)).toBe('keyCompromise')
  })

  it('is told in time where notices are lost without a word', async () => {
    const deps = fixture.anotherNode()
    const { db, mute } = mutable(deps.db)
    const service = await open({ ...deps, db })
    await untilKept(service)
    mute()
    expect(await timeToTell(service)).toBeLessThan(boundMs)
  })

  it('of the authority is told in time, although its own notice is lost', async () => {
    const deps = fixture.anotherNode()
    const listen: Database['listen'] = (channel, onPayload, onBack) =>
      channel === 'ecard_authorities'
        ? Promise.resolve(() => Promise.resolve())
        : deps.db.listen(channel, onPayload, onBack)
    const service = await open({ ...deps, db: { ...deps.db, listen } })
    await untilKept(service)
    await fixture.db.query(
      `update authorities set state = 'revoked', revoked_at = now(),
         revocation_reason = 'keyCompromise' where id = $1`,
      [leaf.authorityId],
    )
    const told = await until(async () => (await ask(service)) === 'cACompromise')
    expect(told).toBeLessThan(boundMs)
  })
})

describe('a node that lost its database', () => {
  it('says "try later" before long, and never what it had kept', async () => {
    const deps = fixture.anotherNode()
    const { db, cutOff } = mutable(deps.db)
    const service = await open({ ...deps, db })
    await untilKept(service)
    cutOff()
    expect(await until(async () => (await ask(service)) === 'tryLater')).toBeLessThan(boundMs)
    expect(await ask(service)).toBe('tryLater')
  })
})

describe('changes among the authorities', () => {
  it('bring a signer to an authority that gets its key later', async () => {
    const { id } = fixture.ca.issuing['civil-servant']
    await fixture.db.query('update authorities set key_name = null where id = $1', [id])
    const service = await open()
    expect(await ask(service)).toBe('unauthorized')
    const keyName = 'ca-civil-servant'
    await fixture.db.query('update authorities set key_name = $2 where id = $1', [id, keyName])
    await until(async () => (await ask(service)) === 'good')
  })

  it('let a node take over the signer that another one made', async () => {
    const [here, there] = [await open(), await open()]
    const signerOf = async (service: OcspService) => {
      const { der } = await service.answer(question())
      return readOcspResponse(der, leaf.issuer.certificateDer).signer?.serialNumber
    }
    const first = await signerOf(here)
    expect(await signerOf(there)).toBe(first)
    const key = await fixture.keystore.generate('ocsp-civil-servant-2', 'P-256')
    await fixture.deps.certifySigner(leaf.issuer, key)
    await until(async () => {
      const now = [await signerOf(here), await signerOf(there)]
      return now[0] !== first && now[0] === now[1]
    })
  })
})
