import { openDatabase, type Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { createTestDatabase } from './test-database.ts'

/** A fresh database with the whole schema. `drop` closes `db` too. */
export async function migratedTestDatabase(): Promise<{
  db: Database
  url: string
  drop(): Promise<void>
}> {
  const database = await createTestDatabase({ migrated: true })
  const { url } = database
  const db = openDatabase({ url, log: silentLog })
  return {
    db,
    url,
    drop: async () => {
      await db.close()
      await database.drop()
    },
  }
}
