import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { insertAuthority } from '../../test/support/registry.ts'
import type { Database, Queryable } from '../db/pool.ts'
import { readStatuses } from './ocsp-status-store.ts'

const rows = 20_000

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let db: Database
let authorityId: string

beforeAll(async () => {
  database = await migratedTestDatabase()
  db = database.db
  authorityId = (await insertAuthority(db)).id
  await db.query(
    `insert into certificates (authority_id, serial_number, service, subject, not_before, not_after,
       status, status_since, der)
     select $1, '4a' || lpad(to_hex(n), 8, '0'), 'server-' || n, 'CN=A', now(),
       now() + interval '1 year', 'active', now(), n::text::bytea
     from generate_series(1, ${rows}) n`,
    [authorityId],
  )
  await db.query('analyze')
})

afterAll(() => database.drop())

describe('the statuses of certificates', () => {
  it('are one statement, which touches no more than it is asked for', async () => {
    const asked: { text: string; values: readonly unknown[] }[] = []
    const recorder: Queryable = {
      query: (text, values = []) => {
        asked.push({ text, values })
        return db.query(text, values)
      },
    }
    const serials = ['4a00000001', '4a00004e20', '4affffffff']
    const read = await readStatuses(recorder, authorityId, serials)
    expect([...(read?.bySerial.keys() ?? [])].sort()).toEqual(serials.slice(0, 2))
    expect(asked).toHaveLength(1)
    const { text = '', values = [] } = asked[0] ?? {}
    const { rows: lines } = await db.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n')
    expect(plan).toContain('certificates_pkey')
    expect(plan).not.toContain('Seq Scan on certificates')
  })

  it('are none where there is no such authority', async () => {
    const nobody = '00000000-0000-4000-8000-000000000001'
    expect(await readStatuses(db, nobody, ['4a00000001'])).toBeNull()
  })
})
