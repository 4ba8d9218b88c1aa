import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  appendEvents,
  linkAll,
  openAuditFixture,
  type AuditFixture,
} from '../../test/support/audit-fixture.ts'
import { startProgram } from '../../test/support/program.ts'
import { createTestDatabase } from '../../test/support/test-database.ts'
import { openDatabase, type Database, type Queryable } from '../db/pool.ts'
import { silentLog, type Log } from '../log.ts'
import { createAuditStore } from './audit-store.ts'
import { readLinkedEvents } from './chain-store.ts'
import { linkEvents } from './link-events.ts'
import { checkpointEveryMs, makeDueCheckpoint } from './make-checkpoint.ts'
import { watchAuditChain } from './watch-audit-chain.ts'

const folder = join(import.meta.dirname, '../db/migrations')
const migrations = readdirSync(folder).sort()
const at = new Date('2026-03-01T07:00:00Z')
const named = (event: `card.${string}`) => ({ at, event, outcome: 'succeeded' }) as const

describe('linking', () => {
  let audit: AuditFixture
  let other: Database

  beforeEach(async () => {
    audit = await openAuditFixture()
    other = openDatabase({ url: audit.url, log: silentLog })
  })
  afterEach(async () => {
    await other.close()
    await audit.close()
  })

  const eventsInOrder = async (): Promise<(string | undefined)[]> =>
    (await audit.links()).map(({ event }) => event?.event)

  it('costs whoever appends nothing: no trigger, and no lock that others wait for', async () => {
    const { rows } = await audit.db.query<{ count: string }>(
      // 4: TRIGGER_TYPE_INSERT
      `select count(*) from pg_trigger where tgrelid = 'audit_events'::regclass and tgtype & 4 > 0`,
    )
    expect(rows[0]?.count).toBe('0')
    await audit.db.inTransaction(async (tx) => {
      await createAuditStore(tx).append(named('card.first'))
      await linkEvents(other)
      await createAuditStore(other).append(named('card.second'))
      const { rows: locks } = await tx.query<{ relation: string; mode: string }>(
        `select distinct relation::regclass::text as relation, mode from pg_locks
         where pid = pg_backend_pid() and relation::regclass::text like 'audit%'
           and mode <> 'RowExclusiveLock'`,
      )
      expect(locks).toEqual([])
    })
    await audit.link()
    expect(await eventsInOrder()).toEqual(['card.first', 'card.second'])
  })

  it('waits for a transaction that might still put an event in between', async () => {
    await audit.db.inTransaction(async (late) => {
      await createAuditStore(late).append(named('card.late'))
      await createAuditStore(other).append(named('card.early'))
      expect(await linkEvents(other)).toEqual({ linked: 0, isBusy: false })
    })
    await audit.link()
    expect(await eventsInOrder()).toEqual(['card.late', 'card.early'])
    await audit.checkpoint()
    expect(await audit.verify()).toMatchObject({ isIntact: true, checked: 2 })
  })

  it('orders by transaction, also where ids were given out in another order', async () => {
    await audit.db.inTransaction(async (late) => {
      await late.query('select pg_current_xact_id()')
      await createAuditStore(other).append(named('card.first-id'))
      expect((await linkEvents(other)).linked).toBe(0)
      await createAuditStore(late).append(named('card.second-id'))
    })
    await audit.link()
    expect(await eventsInOrder()).toEqual(['card.second-id', 'card.first-id'])
    await audit.checkpoint()
    expect(await audit.verify()).toMatchObject({ isIntact: true, checked: 2 })
  })

  it('takes the ids of transactions that rolled back for no loss', async () => {
    await audit.append(2)
    const rolledBack = audit.db.inTransaction(async (tx) => {
      await createAuditStore(tx).append(named('card.never'))
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    await audit.append(1)
    await audit.checkpoint()
    expect((await audit.links()).map(({ key }) => Number(key.id))).toEqual([1, 2, 4])
    expect(await audit.verify()).toMatchObject({ isIntact: true, checked: 3 })
  })

  it('takes events of a transaction with savepoints in their order', async () => {
    await audit.db.inTransaction(async (tx) => {
      await tx.query('savepoint one')
      await createAuditStore(tx).append(named('card.kept'))
      await tx.query('savepoint two')
      await createAuditStore(tx).append(named('card.undone'))
      await tx.query('rollback to savepoint two')
      await createAuditStore(tx).append(named('card.kept-too'))
    })
    await audit.checkpoint()
    expect(await eventsInOrder()).toEqual(['card.kept', 'card.kept-too'])
    expect((await audit.verify()).isIntact).toBe(true)
  })

  it('is done by one at a time; another one leaves at once', async () => {
    await audit.append(3)
    await audit.db.inTransaction(async (tx) => {
      await linkEvents({ inTransaction: (work) => work(tx) })
      expect(await linkEvents(other)).toEqual({ linked: 0, isBusy: true })
    })
  })

  it('links each event once while four linkers run and eight writers write', async () => {
    const dbs = [0, 1, 2, 3].map(() => openDatabase({ url: audit.url, log: silentLog }))
    let isWriting = true
    const linkers = dbs.map(async (db) => {
      while (isWriting) await linkEvents(db)
    })
    const writers = Array.from({ length: 8 }, (_, n) => write(dbs[n % 4] ?? other, n))
    await Promise.all(writers)
    isWriting = false
    await Promise.all(linkers)
    await audit.checkpoint()
    const links = await audit.links()
    expect(links).toHaveLength(8 * 20 * 2)
    expect(await audit.verify()).toMatchObject({ isIntact: true, checked: 8 * 20 * 2 })
    await Promise.all(dbs.map((db) => db.close()))
  })

  async function write(db: Database, writer: number): Promise<void> {
    for (let n = 0; n < 20; n++) {
      await db.inTransaction(async (tx: Queryable) => {
        await createAuditStore(tx).append(named('card.first'))
        // Transactions of different lengths, so that they commit in another order than they begin.
        if ((n + writer) % 3 === 0) await tx.query('select pg_sleep(0.003)')
        await createAuditStore(tx).append(named('card.second'))
      })
    }
  }
})

describe('a linker that is killed', () => {
  let audit: AuditFixture

  beforeAll(async () => {
    audit = await openAuditFixture()
  })
  afterAll(() => audit.close())

  const startLinker = () =>
    startProgram('test/support/run-audit-linker.ts', [audit.url, audit.keystoreDirectory])

  it('in the middle of a batch leaves nothing of it, and the next one does it all', async () => {
    await audit.append(20)
    const undone = audit.db.inTransaction(async (tx) => {
      // Six links of the batch are written, and the seventh waits for this one to come or go.
      await tx.query(
        `insert into audit_links (seq, event_id, xid, hash) values (7, -1, '1', sha256(''))`,
      )
      const linker = startLinker()
      await untilOneWaits(audit.db)
      expect(await linker.stop('SIGKILL')).toBeNull()
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    await untilNobodyIsLeft(audit.db)
    expect(await audit.links()).toEqual([])

    const next = startLinker()
    await next.untilSays(/audit\.checkpoint/)
    expect(await next.stop()).toBe(0)
    expect(await audit.verify()).toMatchObject({ isIntact: true, checked: 20, signedUpTo: 20 })
  })
})

describe('watching the chain', () => {
  let audit: AuditFixture

  beforeEach(async () => {
    audit = await openAuditFixture()
  })
  afterEach(() => audit.close())

  /** Calls back with each event of the log. */
  const logTo = (onEvent: (event: string) => void): Log => ({
    ...silentLog,
    info: onEvent,
    error: onEvent,
  })

  it('links and signs what is there, then what comes, and stops when told', async () => {
    await audit.append(3)
    const signed = waitFor('audit.checkpoint')
    const stop = watchAuditChain({ ...audit, log: logTo(signed.hear) })
    await signed.heard
    await audit.append(2)
    await untilLinked(5)
    await stop()
    await audit.append(1)
    expect(await audit.verify()).toMatchObject({
      isIntact: true,
      health: { linked: 5, waiting: 1 },
    })
  })

  it('goes on by itself after an outage of the keystore, and says so once', async () => {
    await audit.append(3)
    const events: string[] = []
    const [failed, again] = [waitFor('audit.not-linked'), waitFor('audit.linking-again')]
    let isUp = false
    const keystore = {
      ...audit.keystore,
      has: (name: string) =>
        isUp ? audit.keystore.has(name) : Promise.reject(new Error('the HSM is away')),
    }
    const log = logTo((event) => {
      events.push(event)
      failed.hear(event)
      again.hear(event)
    })
    const stop = watchAuditChain({ ...audit, keystore, log })
    await failed.heard
    // Events are chained even while nobody can sign.
    await untilLinked(3)
    isUp = true
    await again.heard
    await stop()
    expect(events).toEqual(['audit.not-linked', 'audit.checkpoint', 'audit.linking-again'])
    expect(await audit.verify()).toMatchObject({ isIntact: true, signedUpTo: 3 })
  })

  it('signs the first events, then when five minutes have passed since', async () => {
    await audit.append(1)
    await audit.link()
    expect((await makeDueCheckpoint(audit))?.seq).toBe(1)
    expect(await makeDueCheckpoint(audit)).toBeNull()
    await audit.append(1)
    await audit.link()
    expect(await makeDueCheckpoint(audit)).toBeNull()
    const later = (ms: number) => ({ now: () => new Date(audit.clock.now().getTime() + ms) })
    const almost = { ...audit, clock: later(checkpointEveryMs - 1) }
    expect(await makeDueCheckpoint(almost)).toBeNull()
    const due = await makeDueCheckpoint({ ...audit, clock: later(checkpointEveryMs) })
    expect(due).toMatchObject({ number: 2, seq: 2 })
  })

  async function untilLinked(count: number): Promise<void> {
    while ((await audit.links()).length < count) await pause()
  }
})

describe('the migration', () => {
  it('lets events that were there before be linked in the order of their ids', async () => {
    const database = await createTestDatabase()
    const db = openDatabase({ url: database.url, log: silentLog })
    const before = migrations.filter((name) => name < '0010')
    for (const name of before) await db.query(await readFile(join(folder, name), 'utf8'))
    await appendEvents(db, 30)
    await db.query(await readFile(join(folder, '0010-audit-chain.sql'), 'utf8'))
    await appendEvents(db, 2)
    await linkAll(db)
    const links = await readLinkedEvents(db, { afterSeq: 0, upToSeq: 100, limit: 100 })
    expect(links.map(({ key }) => Number(key.id))).toEqual(links.map(({ seq }) => seq))
    expect(links).toHaveLength(32)
    expect(new Set(links.slice(0, 30).map(({ key }) => key.xid)).size).toBe(1)
    await db.close()
    await database.drop()
  })
})

/** Resolves when the log says this event. */
function waitFor(event: string): { heard: Promise<void>; hear: (heard: string) => void } {
  let resolve: () => void = () => undefined
  const heard = new Promise<void>((done) => (resolve = done))
  const hear = (said: string): void => {
    if (said === event) resolve()
  }
  return { heard, hear }
}

const pause = () => new Promise((resume) => setTimeout(resume, 20))

async function untilOneWaits(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ count: string }>(
      `select count(*) from pg_stat_activity where datname = current_database()
         and query like 'insert into audit_links%' and wait_event_type = 'Lock'`,
    )
    if (rows[0]?.count === '1') return
    await pause()
  }
}

/** The killed program's connection may outlive it for a moment. */
async function untilNobodyIsLeft(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await db.query<{ count: string }>(
      `select count(*) from pg_stat_activity where datname = current_database()
         and query like 'insert into audit_links%' and state <> 'idle'`,
    )
    if (rows[0]?.count === '0') return
    await pause()
  }
}
