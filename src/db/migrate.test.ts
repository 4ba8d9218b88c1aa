import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../../test/support/test-database.ts'
import { silentLog } from '../log.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './pool.ts'

const names = readdirSync(join(import.meta.dirname, 'migrations'))
  .map((file) => file.replace(/\.sql$/, ''))
  .sort()

describe('migrations', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>

  beforeEach(async () => {
    database = await createTestDatabase()
  })
  afterEach(() => database.drop())

  /** Every column, constraint, index and trigger of the schema, as text. */
  async function schema(): Promise<string[]> {
    const db = openDatabase({ url: database.url, log: silentLog })
    const { rows } = await db.query<{ part: string }>(
      `select table_name || '.' || column_name || ' ' || data_type as part
         from information_schema.columns where table_schema = 'public'
       union all
       select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
         where connamespace = 'public'::regnamespace
       union all
       select indexdef from pg_indexes where schemaname = 'public'
       union all
       select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
       order by part`,
    )
    await db.close()
    return rows.map(({ part }) => part)
  }

  it('are numbered without a gap', () => {
    const numbers = names.map((name) => Number(name.slice(0, 4)))
    expect(numbers).toEqual(names.map((_, index) => index + 1))
  })

  it('run from zero, in their order', async () => {
    expect((await migrate(database.url)).applied).toEqual(names)
    expect(await schema()).toContain('cards.card_uuid uuid')
  })

  it('do nothing the second time', async () => {
    await migrate(database.url)
    const before = await schema()
    expect((await migrate(database.url)).applied).toEqual([])
    expect(await schema()).toEqual(before)
  })

  it('all succeed when eight starts run them at the same time, and one does the work', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(database.url)))
    const working = runs.filter(({ applied }) => applied.length > 0)
    expect(working.map(({ applied }) => applied)).toEqual([names])
  })

  it('leave no trace of one that fails and go on from there once the reason is gone', async () => {
    const db = openDatabase({ url: database.url, log: silentLog })
    await db.query('create table clients (in_the_way text)')
    await expect(migrate(database.url)).rejects.toThrow()
    const run = await db.query<{ name: string }>('select name from schema_migrations order by id')
    await db.query('drop table clients')
    await db.close()
    const before = run.rows.map(({ name }) => name)
    expect(before).toEqual(names.slice(0, names.indexOf('0005-clients')))
    expect((await migrate(database.url)).applied).toEqual(names.slice(before.length))
  })

  it('say that PostgreSQL could not be asked', async () => {
    const nobody = new URL(database.url)
    nobody.port = '1'
    await expect(migrate(nobody.href)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  })
})
