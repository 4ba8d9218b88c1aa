import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createTestDatabase } from '../../test/support/test-database.ts'
import { silentLog } from '../log.ts'
import { openDatabase, type Database } from './pool.ts'

const patience = { timeout: 10_000, interval: 20 }

describe('the database', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>
  let db: Database

  beforeAll(async () => {
    database = await createTestDatabase()
    db = openDatabase({ url: database.url, log: silentLog })
    await db.query('create table things (id integer primary key, at timestamptz)')
  })
  afterAll(async () => {
    await db.close()
    await database.drop()
  })

  it('hands out dates, buffers, arrays and JSON as they are', async () => {
    const at = new Date('2026-01-05T08:00:00.123Z')
    const { rows, rowCount } = await db.query(
      `select $1::timestamptz as at, $2::bytea as bytes, $3::text[] as texts, $4::jsonb as json`,
      [at, Buffer.from([0, 255]), ['một', 'hai'], { a: [1] }],
    )
    expect(rows).toEqual([
      { at, bytes: Buffer.from([0, 255]), texts: ['một', 'hai'], json: { a: [1] } },
    ])
    expect(rowCount).toBe(1)
  })

  it('prepares a named statement once per connection', async () => {
    const single = openDatabase({ url: database.url, log: silentLog, maxConnections: 1 })
    for (const n of [1, 2]) {
      const { rows } = await single.query('select $1::int as n', [n], { name: 'named' })
      expect(rows).toEqual([{ n }])
    }
    const { rows } = await single.query(
      'select name, generic_plans + custom_plans as runs from pg_prepared_statements',
    )
    expect(rows).toEqual([{ name: 'named', runs: '2' }])
    await single.close()
  })

  it('says by code which unique constraint refused a row', async () => {
    await db.query('insert into things (id) values (1)')
    await expect(db.query('insert into things (id) values (1)')).rejects.toMatchObject({
      code: 'DUPLICATE',
      facts: { table: 'things', constraint: 'things_pkey' },
    })
  })

  it('lets every other refusal pass as it came', async () => {
    await expect(db.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' })
  })

  it('commits what a transaction did', async () => {
    const result = await db.inTransaction(async (tx) => {
      await tx.query('insert into things (id) values (10)')
      return 'done'
    })
    expect(result).toBe('done')
    const { rowCount } = await db.query('select from things where id = 10')
    expect(rowCount).toBe(1)
  })

  it('rolls a transaction back when its work fails, with the error of the work', async () => {
    const failure = new Error('the work failed')
    const transaction = db.inTransaction(async (tx) => {
      await tx.query('insert into things (id) values (20)')
      throw failure
    })
    await expect(transaction).rejects.toBe(failure)
    const { rowCount } = await db.query('select from things where id = 20')
    expect(rowCount).toBe(0)
  })

  it('replaces a connection that PostgreSQL ended, also in the middle of a transaction', async () => {
    const transaction = db.inTransaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
      await db.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await tx.query('select 1')
    })
    await expect(transaction).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
    await expect(db.ping()).resolves.toBeUndefined()
  })

  it('tells "could not be asked" from every answer: nobody there, wrong name, closed', async () => {
    const unavailable = { code: 'DATABASE_UNAVAILABLE' }
    const nobody = new URL(database.url)
    nobody.port = '1'
    const wrongName = new URL(database.url)
    wrongName.pathname = '/no_such_database'
    for (const url of [nobody.href, wrongName.href]) {
      const elsewhere = openDatabase({ url, log: silentLog })
      await expect(elsewhere.ping()).rejects.toMatchObject(unavailable)
      await expect(elsewhere.inTransaction(() => Promise.resolve())).rejects.toMatchObject(
        unavailable,
      )
      await expect(elsewhere.listen('channel', vi.fn(), vi.fn())).rejects.toMatchObject(unavailable)
      await elsewhere.close()
    }
    const closed = openDatabase({ url: database.url, log: silentLog })
    await closed.close()
    await expect(closed.ping()).rejects.toMatchObject(unavailable)
  })
})

describe('a database listener', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>
  let db: Database

  beforeAll(async () => {
    database = await createTestDatabase()
    db = openDatabase({ url: database.url, log: silentLog })
  })
  afterAll(async () => {
    await db.close()
    await database.drop()
  })

  const notify = (channel: string, payload: string): Promise<unknown> =>
    db.query('select pg_notify($1, $2)', [channel, payload])

  const endListeners = (): Promise<unknown> =>
    db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'ecard-sso listener'`,
    )

  it('hears what is sent on its channel, whatever the channel is called', async () => {
    const onPayload = vi.fn()
    const stop = await db.listen('a "channel"', onPayload, vi.fn())
    await notify('another', 'not this')
    await notify('a "channel"', 'this')
    await vi.waitFor(() => {
      expect(onPayload.mock.calls).toEqual([['this']])
    }, patience)
    await stop()
  })

  it('comes back after PostgreSQL ended its connection, says so, and hears again', async () => {
    const [onPayload, onReconnected] = [vi.fn(), vi.fn()]
    const stop = await db.listen('channel', onPayload, onReconnected)
    for (const round of [1, 2]) {
      await endListeners()
      await vi.waitFor(() => {
        expect(onReconnected).toHaveBeenCalledTimes(round)
      }, patience)
      await notify('channel', `after loss ${round}`)
      await vi.waitFor(() => {
        expect(onPayload).toHaveBeenLastCalledWith(`after loss ${round}`)
      }, patience)
    }
    await stop()
  })

  it('is gone once it is stopped', async () => {
    const onReconnected = vi.fn()
    const stop = await db.listen('channel', vi.fn(), onReconnected)
    await stop()
    await vi.waitFor(async () => {
      const { rowCount } = await db.query(
        `select from pg_stat_activity
         where datname = current_database() and application_name = 'ecard-sso listener'`,
      )
      expect(rowCount).toBe(0)
    }, patience)
    expect(onReconnected).not.toHaveBeenCalled()
  })
})
