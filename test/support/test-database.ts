import { inject } from 'vitest'
import { createDatabaseOn, onServer } from './servers.ts'

/**
 * A fresh database on the run's PostgreSQL. Call `drop` when the test is done.
 *
 * @param options.migrated - whether it has the schema already; else it is empty
 */
export async function createTestDatabase({ migrated = false } = {}): Promise<{
  url: string
  drop(): Promise<void>
}> {
  const server = inject('postgresUrl')
  const template = migrated ? inject('migratedTemplate') : 'template0'
  const { url, name } = await createDatabaseOn(server, template)
  return { url, drop: () => onServer(server, `drop database if exists ${name} with (force)`) }
}
