import pg from 'pg'
import { DatabaseUnavailable } from '../errors.ts'
import { role } from './postgres-cluster.ts'
import { socketFolderOf } from './postgres-server.ts'

/**
 * Who runs on a cluster holds one lock in it for as long as it lives. The lock ends with the
 * holder's connection, so it can neither be left behind nor be taken twice.
 */
export interface Guard {
  readonly client: pg.Client
  release(): Promise<void>
}

/**
 * What a try to take the lock met: the lock itself, `in-use` by a living service, `not-ready` for
 * a server on its way up or down, `nobody` behind the socket.
 */
export type GuardOutcome = Guard | 'in-use' | 'not-ready' | 'nobody'

const lockKey = 7_214_402_932

/** @throws DatabaseUnavailable when the server turns us away for any other reason */
export async function tryGuard(cluster: string, password: string): Promise<GuardOutcome> {
  const client = new pg.Client({
    host: socketFolderOf(cluster),
    user: role,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 5_000,
    application_name: 'ecard-sso guard',
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1) as held',
      [lockKey],
    )
    if (rows[0]?.held === true) return { client, release: () => client.end() }
    await client.end()
    return 'in-use'
  } catch (error) {
    return outcomeOf(error)
  }
}

function outcomeOf(error: unknown): 'not-ready' | 'nobody' {
  const code: unknown = (error as { code?: unknown }).code
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'nobody'
  // Starting, stopping, recovering (class 57P), or gone while we were asking.
  if (!(error instanceof pg.DatabaseError) || error.code?.startsWith('57P') === true)
    return 'not-ready'
  throw new DatabaseUnavailable('the embedded PostgreSQL turned us away', {}, error)
}
