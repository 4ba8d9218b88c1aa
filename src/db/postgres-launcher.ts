import { spawnSync, type SpawnOptions } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DataFolderUnusable } from '../errors.ts'

/** The user that PostgreSQL's programs run as, where that is another than our own. */
export interface PostgresUser {
  readonly uid: number
  readonly gid: number
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly options: SpawnOptions
}

const accountName = 'ecard-postgres'

/**
 * The one power that the database keeps inside a folder that only root may enter, such as /root.
 * The secure bit lets it count in access(2) too, by which PostgreSQL looks for its programs.
 */
const passThrough = [
  ...['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'],
  ...['--securebits', '+no_setuid_fixup'],
]

/** Nothing of our environment (`PGDATA`, `DATABASE_URL`, …) is PostgreSQL's business. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
}

/**
 * PostgreSQL refuses to run as root. Root therefore runs it as whoever owns the data already, or
 * as `postgres`, or as an account without login that is made for it.
 *
 * @returns null when we are not root and PostgreSQL runs as ourselves
 * @throws DataFolderUnusable when somebody else owns the data, or no account can be had
 */
export function postgresUserFor(cluster: string): PostgresUser | null {
  const owner = statSync(cluster, { throwIfNoEntry: false })
  const ownUid = process.getuid?.()
  if (ownUid !== 0) {
    if (owner !== undefined && ownUid !== undefined && owner.uid !== ownUid)
      throw new DataFolderUnusable(
        `${cluster} belongs to another user (uid ${owner.uid}). Start the service as that user.`,
        { folder: cluster, ownerUid: owner.uid },
      )
    return null
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  return accountOf('postgres') ?? accountOf(accountName) ?? newAccount()
}

function accountOf(name: string): PostgresUser | null {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const fields = lines.map((line) => line.split(':')).find(([account]) => account === name)
  return fields === undefined ? null : { uid: Number(fields[2]), gid: Number(fields[3]) }
}

function newAccount(): PostgresUser {
  const options = ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false']
  spawnSync('useradd', [...options, accountName], { env: environment })
  const account = accountOf(accountName)
  if (account !== null) return account
  throw new DataFolderUnusable(
    `PostgreSQL does not run as root. Make a user "${accountName}", or start as another user.`,
  )
}

/**
 * How to start a program of PostgreSQL.
 *
 * Where Linux offers `setpriv`, the program gets a fast shutdown when our process ends in whatever
 * way, SIGKILL included. The program runs in a session of its own: Ctrl-C in a terminal is for us,
 * and we decide when the database ends.
 *
 * @throws DataFolderUnusable when the other user could not reach program or data
 */
export function launch(
  program: string,
  args: readonly string[],
  { user, cluster }: { user: PostgresUser | null; cluster: string },
): Launch {
  const options = { cwd: '/', env: environment, detached: true }
  const isOpen = user === null || [program, cluster].every((path) => canReach(path, user))
  if (!hasSetpriv()) {
    if (isOpen) return { command: program, args, options: { ...options, ...user } }
    throw new DataFolderUnusable(
      `The user that runs PostgreSQL (uid ${user.uid}) cannot reach ${program} and ${cluster}. ` +
        'Start the service as another user than root, or install util-linux (setpriv).',
      { folder: cluster },
    )
  }
  const asUser = user === null ? [] : setprivUser(user)
  const powers = isOpen ? [] : passThrough
  const tied = [...asUser, ...powers, '--pdeathsig', 'INT', '--', program, ...args]
  return { command: 'setpriv', args: tied, options }
}

function setprivUser({ uid, gid }: PostgresUser): string[] {
  return ['--reuid', String(uid), '--regid', String(gid), '--clear-groups']
}

function hasSetpriv(): boolean {
  if (process.platform !== 'linux') return false
  return spawnSync('setpriv', ['--pdeathsig', 'INT', 'true'], { env: environment }).status === 0
}

/** Whether `user` may pass through every folder above `path`. */
function canReach(path: string, user: PostgresUser): boolean {
  const parent = dirname(path)
  return mayEnter(parent, user) && (parent === path || canReach(parent, user))
}

function mayEnter(folder: string, { uid, gid }: PostgresUser): boolean {
  const { mode, uid: ownerUid, gid: ownerGid } = statSync(folder)
  if (ownerUid === uid) return (mode & 0o100) !== 0
  if (ownerGid === gid) return (mode & 0o010) !== 0
  return (mode & 0o001) !== 0
}
