import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'

/** A real server on a loopback port of its own, which keeps nothing. */
export interface Server {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** Debian's PostgreSQL, newest version installed. `folder` must not exist; its parent must. */
export async function startPostgres(folder: string): Promise<Server> {
  const programs = postgresPrograms()
  const port = await freePort()
  // PostgreSQL refuses to run as root; its Debian package makes a user for it.
  const asRoot = process.getuid?.() === 0
  const user: { uid: number; gid: number } | null = asRoot ? idsOf('postgres') : null
  if (user !== null) chownSync(dirname(folder), user.uid, user.gid)
  const initialised = spawnSync(
    join(programs, 'initdb'),
    ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...user, cwd: '/', encoding: 'utf8' },
  )
  if (initialised.status !== 0) throw new Error(`initdb failed: ${initialised.stderr}`)
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', ''].concat([
      '-c',
      'fsync=off',
      '-c',
      'full_page_writes=off',
      '-c',
      'max_connections=300',
    ]),
    { ...user, cwd: '/', stdio: 'ignore' },
  )
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await until('PostgreSQL', async () => {
    const client = new pg.Client(url)
    await client.connect()
    await client.end()
  })
  return serverOf(url, server, 'SIGINT')
}

/** A copy of `template`, to which nobody may be connected. */
export async function createDatabaseOn(
  server: string,
  template: string,
): Promise<{ name: string; url: string }> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} template ${template}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { name, url: url.href }
}

/** One statement on the database that `url` names. */
export async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

export async function startRedis(): Promise<Server> {
  const port = await freePort()
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  )
  const url = `redis://127.0.0.1:${port}`
  await until('Redis', async () => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => undefined)
    await client.connect()
    client.disconnect()
  })
  return serverOf(url, server, 'SIGTERM')
}

function postgresPrograms(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions.map((v) => join(root, v, 'bin')).find((p) => existsSync(join(p, 'initdb')))
  if (found === undefined)
    throw new Error('No PostgreSQL server: run ./scripts/test, it installs one')
  return found
}

function idsOf(name: string): { uid: number; gid: number } {
  const ask = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
  return { uid: ask('-u'), gid: ask('-g') }
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function until(what: string, attempt: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await attempt()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error(`${what} did not start within ten seconds`)
}

function serverOf(url: string, server: ChildProcess, signal: NodeJS.Signals): Server {
  const ended = new Promise<void>((resolve) =>
    server.once('exit', () => {
      resolve()
    }),
  )
  return {
    url,
    pid: server.pid ?? 0,
    stop: async () => {
      server.kill(signal)
      await ended
    },
  }
}
