import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { createCardStore } from '../../src/cards/card-store.ts'
import { revokeCard } from '../../src/cards/revoke-card.ts'
import { AppError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { checkCrl } from '../../src/pki/crl-check.ts'
import { createLatestCrls } from '../../src/pki/crl-latest.ts'
import { startCrlPublisher } from '../../src/pki/crl-publisher.ts'
import { lock } from '../../src/pki/crl-store.ts'
import { revokeCertificate } from '../../src/pki/revocation.ts'
import { createCrlFixture, type CrlFixture } from '../support/crl-fixture.ts'
import type { Death } from '../support/dying-ports.ts'
import { runProgram } from '../support/program.ts'
import { insertCard } from '../support/registry.ts'

const patience = 400_000
const minuteMs = 60_000
const by = { actor: 'test', role: 'administrator' } as const

let fixture: CrlFixture
beforeAll(async () => {
  fixture = await createCrlFixture()
})
afterAll(() => fixture.close())

/** Runs `task` in a process of its own, which dies at the call that `death` names. */
async function run({ atCall, when }: Death, ...task: string[]) {
  const { url, directory, now } = fixture
  const args = [url, directory, now.toISOString(), String(atCall), when, ...task]
  const { status, output } = await runProgram('test/support/revocation-process.ts', args)
  // A process that failed would leave everything as it was, and the tests content.
  if (status !== null) expect(output).toContain('done')
  return { wasKilled: status === null, output }
}

/** Tries every call in turn, until the work is done before its turn comes: gives how many. */
async function killAtEachCall(
  when: Death['when'],
  attempt: (death: Death) => Promise<{ wasKilled: boolean }>,
): Promise<number> {
  for (let atCall = 1; ; atCall++) {
    const { wasKilled } = await attempt({ atCall, when })
    if (!wasKilled) return atCall - 1
  }
}

describe.each(['before', 'during'] as const)('a process that is killed %s a call', (when) => {
  it(
    'leaves a certificate as it was or revoked, as the audit says, to be revoked again',
    async () => {
      const { issuing, deps, db } = fixture
      const kills = await killAtEachCall(when, async (death) => {
        const certificate = await fixture.addCertificate()
        const { serialNumber } = certificate
        const result = await run(death, 'revoke', issuing.id, serialNumber)
        await over('select from certificates where serial_number = $1 for update', serialNumber)
        const outcomes = await outcomesOf((event) => event.facts['serialNumber'] === serialNumber)
        const isRevoked = outcomes.includes('succeeded')
        const found = await createCertificateStore(db).findBySerial(issuing.id, serialNumber)
        expect(found?.status).toBe(isRevoked ? 'revoked' : 'active')
        // Nothing happens that was not meant to, in writing.
        if (isRevoked) expect(outcomes).toEqual(['intended', 'succeeded'])
        const again = revokeCertificate(deps, { certificate, reason: 'keyCompromise', ...by })
        expect(await codeOf(again)).toBe(isRevoked ? 'CERTIFICATE_TRANSITION_REFUSED' : null)
        return result
      })
      // Intent, change, outcome, commit.
      expect(kills).toBe(4)
    },
    patience,
  )

  it(
    'leaves a card and all its certificates as they were, or none of them',
    async () => {
      const { deps, db } = fixture
      const kills = await killAtEachCall(when, async (death) => {
        const { cardUuid } = await insertCard(db)
        for (const slot of ['9A', '9E'] as const) await fixture.addCertificate({ cardUuid, slot })
        const result = await run(death, 'revoke-card', cardUuid)
        await over('select from cards where card_uuid = $1 for update', cardUuid)
        const card = await createCardStore(db).find(cardUuid)
        const certificates = await createCertificateStore(db).listByCard(cardUuid)
        const states = [card?.state, ...certificates.map(({ status }) => status)]
        const outcomes = await outcomesOf((event) => event.cardUuid === cardUuid)
        const isRevoked = outcomes.includes('succeeded')
        expect(states).toEqual(Array(3).fill(isRevoked ? 'revoked' : 'active'))
        const again = revokeCard(deps, { cardUuid, actor: 'test', reason: 'lost' })
        expect(await codeOf(again)).toBe(isRevoked ? 'CARD_TRANSITION_REFUSED' : null)
        return result
      })
      // Card, its state, its certificates, outcome, commit.
      expect(kills).toBe(5)
    },
    patience,
  )
})

/** Waits for what the killed process had begun: PostgreSQL may learn of its end after we do. */
async function over(lockRow: string, id: string): Promise<void> {
  await fixture.db.query(lockRow, [id])
}

type Event = Awaited<ReturnType<ReturnType<typeof createAuditStore>['listRecent']>>[number]

/** Oldest first. */
async function outcomesOf(isMeant: (event: Event) => boolean): Promise<string[]> {
  const events = await createAuditStore(fixture.db).listRecent({ limit: 1000 })
  return events
    .filter(isMeant)
    .map(({ outcome }) => outcome)
    .reverse()
}

/** Null where it succeeded. */
async function codeOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError) return error.code
      throw error
    },
  )
}

it(
  'leaves the list before in force or the next, whole, and the next start publishes',
  async () => {
    const { issuing } = fixture
    await fixture.publish()
    const attempt = async (death: Death) => {
      fixture.now = new Date(fixture.now.getTime() + 2 * minuteMs)
      const before = await inForce()
      const certificate = await fixture.addCertificate()
      await revokeCertificate(fixture.deps, { certificate, reason: 'superseded', ...by })
      const result = await run(death, 'publish', issuing.id)
      await fixture.db.inTransaction((tx) => lock(tx, { authorityId: issuing.id, partition: 0 }))
      const left = await inForce()
      expect(left.serials.includes(certificate.serialNumber)).toBe(left.number > before.number)
      fixture.now = new Date(fixture.now.getTime() + 2 * minuteMs)
      await startAgain()
      const settled = await inForce()
      expect(settled.number).toBe(before.number + 1n)
      expect(settled.serials).toContain(certificate.serialNumber)
      return result
    }
    const kills = await killAtEachCall('before', attempt)
    // Lock, read, intent, sign, insert, outcome, commit, among others.
    expect(kills).toBeGreaterThanOrEqual(12)
    // The last call is the commit: here nobody hears whether it came about.
    expect(await attempt({ atCall: kills, when: 'during' })).toMatchObject({ wasKilled: true })
  },
  patience,
)

/** As anybody would read it who has the authority's certificate. */
async function inForce(): Promise<{ number: bigint; serials: string[] }> {
  const list = await createLatestCrls(fixture.db).find('civil-servant', 0)
  if (list === null) throw new Error('nothing is in force')
  const serials: string[] = []
  checkCrl(list.der, fixture.issuing.certificateDer, ({ serialNumber }) =>
    serials.push(serialNumber),
  )
  return { number: list.number, serials }
}

async function startAgain(): Promise<void> {
  const publisher = await startCrlPublisher({ ...fixture.deps, log: silentLog })
  await publisher.wake()
  await publisher.stop()
}

it(
  'gives every list of two processes that publish at once a number of its own, rising',
  async () => {
    const times = 15
    const alive = { atCall: 2 ** 30, when: 'before' } as const
    const task = ['publish', fixture.issuing.id, String(times)] as const
    const both = await Promise.all([run(alive, ...task), run(alive, ...task)])
    const numbers = both.map(({ output }) =>
      [...output.matchAll(/published (\d+)/g)].map(([, number]) => Number(number)),
    )
    for (const own of numbers) expect(own).toEqual([...own].sort((a, b) => a - b))
    const all = numbers.flat().sort((a, b) => a - b)
    expect(new Set(all).size).toBe(all.length)
    // None is left out, however often one found the other at work.
    expect(all.at(-1)).toBe((all[0] ?? 0) + all.length - 1)
    expect(all.length).toBe(2 * times)
    expect((await inForce()).number).toBe(BigInt(all.at(-1) ?? 0))
  },
  patience,
)
