import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { open, readFile, rmdir } from 'node:fs/promises'
import { mkdirSync, chownSync, lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DataFolderUnusable } from '../errors.ts'
import { launch, type PostgresUser } from './postgres-launcher.ts'

/** A PostgreSQL that we started, whether it runs already, still or no more. */
export interface PostgresServer {
  readonly process: ChildProcess
  /** Resolves when it has ended, and also when it could not be started at all. */
  readonly ended: Promise<void>
  hasEnded(): boolean
  /** What PostgreSQL wrote last, for the error of a failed start. */
  lastWords(): Promise<string>
  /** A fast shutdown; one that hangs becomes an immediate one, which the next start recovers. */
  end(): Promise<void>
}

const longestStopMs = 20_000

/** PostgreSQL listens on no port at all, only on a socket that files protect. */
const settings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '64MB',
  // One machine, no replica: a smaller log of changes.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Small look-ups gain nothing from these and pay for the planning.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Starts, stops and crashes alone: statements and their values name persons.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

export async function spawnPostgres(
  postgres: string,
  { cluster, user }: { cluster: string; user: PostgresUser | null },
): Promise<PostgresServer> {
  const given = { ...settings, unix_socket_directories: ensureSocketFolder(cluster, user) }
  const flags = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { command, args, options } = launch(postgres, ['-D', cluster, ...flags], { user, cluster })
  const logFile = join(dirname(cluster), 'postgres-log')
  const log = await open(logFile, 'w', 0o600)
  const child = spawn(command, args, { ...options, stdio: ['ignore', log.fd, log.fd] })
  const ended = endOf(child)
  await log.close()
  return {
    process: child,
    ended,
    hasEnded: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
    lastWords: async () => (await readFile(logFile, 'utf8')).trim().split('\n').at(-1) ?? '',
    end: async () => {
      await endServer(child, ended)
      await removeSocketFolder(cluster)
    },
  }
}

/** A program that cannot be started ends with `error` and without `exit`. */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve()
    })
    child.once('error', () => {
      resolve()
    })
  })
}

async function endServer(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGINT')
  const impatience = setTimeout(() => child.kill('SIGQUIT'), longestStopMs)
  await ended
  clearTimeout(impatience)
}

/** The longest path of a socket that every operating system takes: `sun_path` has 104 to 108. */
const longestSocketPath = 103

/** Inside the cluster, or, where that path is too long for a socket, in the system's `tmp`. */
export function socketFolderOf(cluster: string): string {
  if (Buffer.byteLength(join(cluster, '.s.PGSQL.5432')) <= longestSocketPath) return cluster
  const name = createHash('sha256').update(cluster).digest('hex').slice(0, 16)
  return join(tmpdir(), `ecard-postgres-${name}`)
}

/** Only when it is empty, which says that no server listens there. */
async function removeSocketFolder(cluster: string): Promise<void> {
  const folder = socketFolderOf(cluster)
  if (folder !== cluster) await rmdir(folder).catch(() => undefined)
}

/** A folder in `tmp` that somebody else made under our name is not used. */
function ensureSocketFolder(cluster: string, user: PostgresUser | null): string {
  const folder = socketFolderOf(cluster)
  if (folder === cluster) return folder
  const ownUid = user?.uid ?? process.getuid?.()
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(folder, { mode: 0o700 })
    if (user !== null) chownSync(folder, user.uid, user.gid)
  }
  const found = lstatSync(folder)
  if (found.isDirectory() && found.uid === ownUid && (found.mode & 0o077) === 0) return folder
  throw new DataFolderUnusable(`${folder} is not ours. Remove it, or take a shorter data folder.`, {
    folder,
  })
}
