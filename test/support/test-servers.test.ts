import { Redis } from 'ioredis'
import pg from 'pg'
import { expect, it } from 'vitest'
import { createTestDatabase } from './test-database.ts'
import { testRedisUrl } from './test-redis.ts'

it('gives each test a database of its own on a real PostgreSQL', async () => {
  const database = await createTestDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  const { rows } = await client.query<{ tables: string }>(
    `select count(*) as tables from pg_tables where schemaname = 'public'`,
  )
  await client.end()
  await database.drop()
  expect(rows[0]?.tables).toBe('0')
})

it('gives tests a real Redis', async () => {
  const redis = new Redis(testRedisUrl())
  expect(await redis.ping()).toBe('PONG')
  redis.disconnect()
})
