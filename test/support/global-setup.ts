import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's address on a real PostgreSQL; its databases are the tests' to make and drop. */
    postgresUrl: string
    redisUrl: string
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
  return async () => {
    await Promise.all([stop(postgres.process, 'SIGINT'), stop(redis.process, 'SIGTERM')])
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Server {
  url: string
  process: ChildProcess
}

async function startPostgres(folder: string): Promise<Server> {
  const programs = postgresPrograms()
  const port = await freePort()
  // PostgreSQL refuses to run as root; its Debian package makes a user for it.
  const asRoot = process.getuid?.() === 0
  const user = asRoot ? idsOf('postgres') : {}
  if ('uid' in user) chownSync(join(folder, '..'), user.uid, user.gid)
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
  return { url, process: server }
}

async function startRedis(): Promise<Server> {
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
  return { url, process: server }
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

async function freePort(): Promise<number> {
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

async function stop(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null) return
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill(signal)
  await ended
}
