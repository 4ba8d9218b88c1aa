import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabaseOn, startPostgres, startRedis } from './servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address on a real PostgreSQL; its databases are the tests' to make and drop. */
    postgresUrl: string
    redisUrl: string
    /** The name of a database with the whole schema, to be copied: that is quicker than migrating. */
    migratedTemplate: string
  }
}

/**
 * Starts a real PostgreSQL and a real Redis from the machine's own packages for the length of the
 * run. Both listen on loopback, keep nothing and end with the run.
 */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'ecard-test-servers-'))
  const postgres = await startPostgres(join(folder, 'postgres'))
  const redis = await startRedis()
  project.provide('postgresUrl', postgres.url)
  project.provide('redisUrl', redis.url)
  const template = await createDatabaseOn(postgres.url, 'template0')
  await migrate(template.url)
  project.provide('migratedTemplate', template.name)
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}
