import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DatabaseUnavailable, DataFolderUnusable } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { launch, type PostgresUser } from './postgres-launcher.ts'

/** The account inside PostgreSQL that owns everything of ours. */
export const role = 'ecard'

const passwordFile = 'ecard-password'

/**
 * Makes a new cluster at `cluster` unless there is one.
 *
 * It grows under another name and is moved into place when it is complete, so a start that was
 * killed half-way leaves nothing that looks like a database. The password lies inside, with it.
 *
 * @throws DatabaseUnavailable when `initdb` fails; the message has its last words
 */
export async function ensureCluster(
  cluster: string,
  { initdb, user }: { initdb: string; user: PostgresUser | null },
): Promise<void> {
  if (await isThere(cluster)) return
  const unfinished = `${cluster}.new-${systemRandom.uuid()}`
  try {
    await grow(unfinished, { initdb, user })
    await rename(unfinished, cluster)
  } catch (error) {
    await removeAll([unfinished, passwordFileBeside(unfinished)])
    // Where two first starts race, the cluster of one wins and the other is thrown away.
    if (!(await isThere(cluster))) throw error
  }
}

/** Clears what starts that were killed half-way have left. Only for who has the folder in use. */
export async function removeUnfinished(cluster: string): Promise<void> {
  const folder = dirname(cluster)
  const left = (await readdir(folder)).filter((name) =>
    name.startsWith(`${basename(cluster)}.new-`),
  )
  await removeAll(left.map((name) => join(folder, name)))
}

async function grow(
  cluster: string,
  { initdb, user }: { initdb: string; user: PostgresUser | null },
): Promise<void> {
  const password = passwordFileBeside(cluster)
  await mkdir(cluster, { mode: 0o700 })
  await writeFile(password, systemRandom.bytes(24).toString('base64url'), { mode: 0o600 })
  if (user !== null)
    await Promise.all([cluster, password].map((path) => chown(path, user.uid, user.gid)))
  await runInitdb(initdb, { cluster, password, user })
  await rename(password, join(cluster, passwordFile))
}

/** `initdb` wants an empty folder, so its password waits next to it. */
function passwordFileBeside(cluster: string): string {
  return `${cluster}.password`
}

async function removeAll(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })))
}

/** @throws DataFolderUnusable when the file is gone: without it nobody gets in */
export async function readPassword(cluster: string): Promise<string> {
  const file = join(cluster, passwordFile)
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    throw new DataFolderUnusable(
      `${file} is missing or unreadable, and the database does not open without it. Restore it from a backup.`,
      { folder: dirname(cluster) },
      error,
    )
  }
}

async function runInitdb(
  initdb: string,
  given: { cluster: string; password: string; user: PostgresUser | null },
): Promise<void> {
  const { cluster, password, user } = given
  // The built-in C.UTF-8 needs nothing of the operating system and never changes with it, so
  // indexes stay right across updates; columns that people read name the Vietnamese collation.
  const settings = [
    ...[`--pgdata=${cluster}`, `--username=${role}`, `--pwfile=${password}`],
    ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
  ]
  const { command, args, options } = launch(initdb, settings, { user, cluster })
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit') as Promise<[number | null]>
  const said = await text(child.stderr)
  const [status] = await exited
  if (status === 0) return
  const lastWords = said.trim().split('\n').at(-1) ?? ''
  throw new DatabaseUnavailable(`PostgreSQL could not make its files: ${lastWords}`)
}

async function isThere(cluster: string): Promise<boolean> {
  return (await readdir(cluster).catch(() => [])).length > 0
}
