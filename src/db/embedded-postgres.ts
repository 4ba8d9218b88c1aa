import { mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type AppError, DatabaseUnavailable, DataFolderUnusable } from '../errors.ts'
import type { Log } from '../log.ts'
import { ensureCluster, readPassword, removeUnfinished, role } from './postgres-cluster.ts'
import { tryGuard, type Guard } from './postgres-guard.ts'
import { postgresUserFor, type PostgresUser } from './postgres-launcher.ts'
import { clearTheWay, inUse } from './postgres-orphan.ts'
import { postmasterPidOf } from './postgres-process.ts'
import { findPostgresPrograms } from './postgres-programs.ts'
import { socketFolderOf, spawnPostgres, type PostgresServer } from './postgres-server.ts'

export interface EmbeddedPostgres {
  /** For `openDatabase` and `migrate`; it carries the password. */
  readonly url: string
  /** Ends the database after its running statements were broken off; safe to call twice. */
  readonly stop: () => Promise<void>
}

const database = 'ecard'
const pollMs = 20
/** Recovery after a crash reads the log of changes, which takes its time on a slow disk. */
const longestStartMs = 120_000

/**
 * Starts a PostgreSQL of our own over `<dataDir>/postgres` and makes it there the first time.
 *
 * Its data survive every way in which we or it can end. Beside it, while it runs,
 * `<dataDir>/postgres-url` (for the owner's eyes alone) has its address for the `ecard` command.
 *
 * @throws DataFolderUnusable when the folder cannot be written, is another user's, or is in use by
 *   a running service
 * @throws DatabaseUnavailable when PostgreSQL does not start
 */
export async function startEmbeddedPostgres({
  dataDir,
  log,
}: {
  dataDir: string
  log: Log
}): Promise<EmbeddedPostgres> {
  const folder = await openFolder(dataDir)
  const cluster = join(folder, 'postgres')
  const { initdb, postgres } = await findPostgresPrograms()
  await ensureCluster(cluster, { initdb, user: postgresUserFor(cluster) })
  const user = postgresUserFor(cluster)
  const password = await readPassword(cluster)
  await clearTheWay(cluster, { password, log })
  const { server, guard } = await startServer(postgres, { cluster, user, password })
  await removeUnfinished(cluster)
  await ensureDatabase(guard)
  const host = encodeURIComponent(socketFolderOf(cluster))
  const url = `postgresql://${role}:${password}@${host}/${database}`
  const urlFile = join(folder, 'postgres-url')
  await writePrivately(urlFile, `${url}\n`)
  return { url, stop: supervise({ server, guard, urlFile, log }) }
}

async function openFolder(dataDir: string): Promise<string> {
  const folder = resolve(dataDir)
  try {
    await mkdir(folder, { recursive: true })
    // Writing is the one sure way to learn whether writing is allowed.
    await rmdir(await mkdtemp(join(folder, 'try-')))
    return folder
  } catch (error) {
    throw new DataFolderUnusable(
      `The data folder ${folder} cannot be written. Choose another, or give this user the right to it.`,
      { folder },
      error,
    )
  }
}

/** Starts the server and takes the lock in it: from then on the cluster is ours. */
async function startServer(
  postgres: string,
  given: { cluster: string; user: PostgresUser | null; password: string },
): Promise<{ server: PostgresServer; guard: Guard }> {
  const { cluster, password } = given
  const server = await spawnPostgres(postgres, given)
  const deadline = performance.now() + longestStartMs
  while (!server.hasEnded() && performance.now() < deadline) {
    const outcome = await tryGuard(cluster, password)
    const isOurs = (await postmasterPidOf(cluster)) === server.process.pid
    if (typeof outcome === 'object') {
      if (isOurs) return { server, guard: outcome }
      await outcome.release()
      return failStart(server, inUse(cluster))
    }
    // Who holds the lock of our own server is another start, which looks and gives it back.
    if (outcome === 'in-use' && !isOurs) return failStart(server, inUse(cluster))
    await delay(pollMs)
  }
  const words = await server.lastWords()
  // The words are PostgreSQL's own (`CreateLockFile`): another start was faster.
  if (/lock file "postmaster.pid" already exists|Is another postmaster/.test(words))
    return failStart(server, inUse(cluster))
  return failStart(server, new DatabaseUnavailable(`PostgreSQL did not start: ${words}`))
}

async function failStart(server: PostgresServer, error: AppError): Promise<never> {
  await server.end()
  throw error
}

async function ensureDatabase({ client }: Guard): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
  if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`)
}

/** The file is complete and private from the moment it is there. */
async function writePrivately(file: string, content: string): Promise<void> {
  await rm(`${file}.new`, { force: true })
  await writeFile(`${file}.new`, content, { mode: 0o600, flag: 'wx' })
  await rename(`${file}.new`, file)
}

/** Returns the stop, and sees to it that the server ends with us even where nobody calls it. */
function supervise(given: {
  server: PostgresServer
  guard: Guard
  urlFile: string
  log: Log
}): () => Promise<void> {
  const { server, guard, urlFile, log } = given
  let stopping: Promise<void> | null = null
  const endAtExit = (): void => {
    server.process.kill('SIGINT')
  }
  process.once('exit', endAtExit)
  void server.ended.then(() => {
    process.removeListener('exit', endAtExit)
    const error = new DatabaseUnavailable('PostgreSQL ended without being asked to')
    if (stopping === null) log.error('postgres.ended', error)
  })

  async function stop(): Promise<void> {
    await rm(urlFile, { force: true })
    await guard.release()
    await server.end()
  }
  return () => (stopping ??= stop())
}
