import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { insertCard } from '../../test/support/registry.ts'
import { createTestDatabase } from '../../test/support/test-database.ts'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { suspendCard } from '../../src/cards/suspend-card.ts'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { KeystoreUnavailable } from '../../src/errors.ts'
import { examine, type Finding } from '../../src/health.ts'
import { silentLog } from '../../src/log.ts'
import { bootstrapOperators } from '../../src/operators/bootstrap-operators.ts'
import { grantRole } from '../../src/operators/change-grants.ts'
import { systemRandom } from '../../src/random.ts'
import { doctorEn } from '../words/doctor-en.ts'
import { doctorVi } from '../words/doctor-vi.ts'
import { doctorCodes, partCodes } from '../words/doctor-words.ts'
import { judgeAgent, judgeReaders } from './machine-checks.ts'
import { findingLines, inWords } from './print-findings.ts'
import { registryChecks } from './registry-checks.ts'
import { serviceChecks, type DoctorParts } from './service-checks.ts'

let folder: string
let url: string
let db: Database
let drop: () => Promise<void>

beforeAll(async () => {
  const database = await createTestDatabase()
  url = database.url
  drop = () => database.drop()
  await migrate(url)
  db = openDatabase({ url, log: silentLog, maxConnections: 1 })
  folder = await mkdtemp(join(tmpdir(), 'ecard-doctor-'))
})
afterAll(async () => {
  await db.close()
  await drop()
  await rm(folder, { recursive: true, force: true })
})
afterEach(() => db.query('delete from ended_standings'))

function parts(more: Partial<DoctorParts> = {}): DoctorParts {
  const { config } = readConfig({ ECARD_ISSUER: 'http://localhost:1', ECARD_DATA_DIR: folder })
  const keystore = (): Promise<never> =>
    Promise.reject(new KeystoreUnavailable('wrong passphrase', { problem: 'passphrase' }))
  const clock = systemClock
  return { db, clock, random: systemRandom, config, keystore, redisUrl: null, ...more }
}

async function insertMail(mail: { at: Date; sentAt?: Date; failedAt?: Date }): Promise<void> {
  const { at, sentAt = null, failedAt = null } = mail
  await db.query(
    `insert into mails (dedupe, to_address, template, facts, created_at, next_attempt_at, sent_at,
       failed_at, last_error)
     values (gen_random_uuid(), 'mau@minhhoa.example', 'passkey-revoked', '{}', $1, $1, $2, $3, $4)`,
    [at, sentAt, failedAt, failedAt === null ? null : 'refused'],
  )
}

const laterBy = (ms: number) => ({ now: () => new Date(systemClock.now().getTime() + ms) })
const told = ({ level, code }: Finding): string => `${level} ${code}`

describe('the doctor', () => {
  it('finds a new registry well', async () => {
    expect((await examine(registryChecks, parts())).map(told)).toEqual([
      'amber operators.none',
      'green audit.well',
      'green issuances.none',
      'green puk.none',
      'green logout.none',
      'green mail.none',
    ])
  })

  it('tells what the service runs on, and which part of it does not work', async () => {
    const findings = await examine(serviceChecks, parts({ redisUrl: 'redis://127.0.0.1:1' }))
    expect(findings.slice(0, 4).map(told)).toEqual([
      'green database.answers',
      'red failed',
      'red failed',
      'green clock.agrees',
    ])
    const [database, redis, keystore] = findings
    expect(database?.facts['version']).toMatch(/^\d+/)
    expect(redis?.message).toMatch(/^STORE_UNAVAILABLE: /)
    expect(keystore?.message).toBe('KEYSTORE_UNAVAILABLE: wrong passphrase')
  })

  it('sees a clock that is off', async () => {
    const findings = await examine(serviceChecks, parts({ clock: laterBy(-60_000) }))
    const off = findings.find(({ code }) => code === 'clock.off')
    expect(off).toMatchObject({ level: 'red', advice: expect.stringContaining('NTP') as string })
    expect(off?.facts['seconds']).toBeGreaterThan(50)
  })

  it('sees events that nobody links, and sessions that nobody ends', async () => {
    const at = systemClock.now()
    await createAuditStore(db).append({ at, event: 'card.revoked', outcome: 'succeeded' })
    await db.query(
      `insert into ended_standings (kind, subject_id) values ('card', gen_random_uuid())`,
    )
    const findings = await examine(registryChecks, parts({ clock: laterBy(120_000) }))
    expect(findings.map(told)).toEqual([
      'amber operators.none',
      'amber audit.behind',
      'green issuances.none',
      'green puk.none',
      'red logout.stuck',
      'green mail.none',
    ])
  })

  it('sees mails that were given up, and a queue that nobody empties', async () => {
    const ago = (hours: number) => new Date(systemClock.now().getTime() - hours * 3600_000)
    const look = async () =>
      (await examine(registryChecks, parts())).filter(({ code }) => code.startsWith('mail.'))
    await insertMail({ at: ago(0.5) })
    await insertMail({ at: ago(200), failedAt: ago(8 * 24) })
    await insertMail({ at: ago(3), sentAt: ago(2) })
    expect((await look()).map(told)).toEqual(['green mail.none'])
    await insertMail({ at: ago(30), failedAt: ago(6) })
    await insertMail({ at: ago(2) })
    const [failed, waiting] = await look()
    expect(failed).toMatchObject({ level: 'amber', code: 'mail.failed' })
    expect(failed?.facts).toEqual({ count: 1, error: 'refused' })
    expect(waiting).toMatchObject({ level: 'amber', code: 'mail.waiting', facts: { count: 1 } })
    expect(waiting?.advice).toContain('ECARD_SMTP_HOST')
  })

  it('counts the administrators who could sign in: none, one and two of them', async () => {
    const deps = { db, clock: systemClock, random: systemRandom }
    const [first, second] = [await insertCard(db), await insertCard(db)]
    const look = async () => told((await examine(registryChecks, parts()))[0] as Finding)
    expect(await look()).toBe('amber operators.none')
    const by = { actor: 'ecard', reason: 'first administrator' }
    await bootstrapOperators(deps, { holderId: first.holderId, ...by })
    expect(await look()).toBe('amber operators.one')
    const role = { role: 'administrator', agencyId: null, reason: 'QĐ 12/2026' } as const
    await grantRole(deps, { holderId: second.holderId, ...role, actor: first.holderId })
    expect(await look()).toBe('green operators.well')
    for (const { cardUuid } of [first, second])
      await suspendCard({ db, clock: systemClock }, { cardUuid, ...by })
    expect(await look()).toBe('red operators.locked-out')
  })
})

describe('the machine', () => {
  const piv = { name: 'ACR1252', cardPresent: true }

  it('names a reader that is missing, a card that only stores data, and two cards', () => {
    expect(judgeReaders([]).map(told)).toEqual(['amber reader.none'])
    expect(judgeReaders([piv]).map(told)).toEqual(['green reader.card'])
    const several = [piv, { ...piv, name: 'SCR3310', storageCard: true }]
    expect(judgeReaders(several).map(told)).toEqual([
      'green reader.card',
      'amber reader.storage-card',
      'amber reader.several',
    ])
  })

  it('tells an agent that runs from one that stands still, is cut off or has no browser', () => {
    const terminal = { name: 'Quầy số 1', pairingOffered: true }
    expect(told(judgeAgent(terminal, 'online'))).toBe('green agent.well')
    expect(told(judgeAgent({ ...terminal, pairingOffered: false }, 'online'))).toBe(
      'amber agent.not-paired',
    )
    expect(told(judgeAgent(terminal, 'offline'))).toBe('red agent.offline')
    expect(told(judgeAgent(terminal, null))).toBe('amber agent.not-running')
  })
})

describe('what the doctor says', () => {
  it('has sentences in both languages, and an advice in both or in none', () => {
    for (const code of doctorCodes) {
      const [vietnamese, english] = [doctorVi.findings[code]({}), doctorEn.findings[code]({})]
      expect(vietnamese.message).not.toBe('')
      expect([code, vietnamese.advice === null]).toEqual([code, english.advice === null])
    }
    for (const code of partCodes) expect(doctorVi.findings[code]?.({})).toBeDefined()
  })

  it('marks each line by a sign and a word, and colours only for people', () => {
    const finding: Finding = {
      ...{ level: 'red', subject: 'keystore', message: 'is away', advice: 'bring it back' },
      ...{ code: 'failed', facts: { subject: 'keystore', problem: 'is away' } },
    }
    expect(findingLines([finding], doctorEn, { isColoured: false })[1]).toBe(
      '✗ red  keystore  is away. To do: bring it back',
    )
    expect(findingLines([finding], doctorVi, { isColoured: false })[1]).toMatch(/^✗ đỏ/)
    const [, coloured = ''] = findingLines([finding], doctorEn, { isColoured: true })
    expect(coloured.startsWith('\u001b[31m✗ red\u001b[39m')).toBe(true)
    expect(inWords(finding, doctorVi).subject).toBe('keystore')
  })
})
