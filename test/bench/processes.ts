import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { freePort, startPostgres, startRedis, type Server } from '../support/servers.ts'
import { cpuSecondsOfTree } from './cpu-time.ts'
import type { CpuMeter } from './load.ts'
import { benchClients, buildWorld, type BenchClient, type Desk } from './world.ts'

/** A program under load, in a process of its own. */
export interface Running {
  readonly issuer: string
  readonly cpu: CpuMeter
  /** From the start of the process until it answered. */
  readonly startSeconds: number
  stop(): Promise<void>
}

export interface RunningService extends Running {
  /** Null for the embedded one. */
  readonly databaseUrl: string | null
  readonly desks: readonly Desk[]
  /** Ends the process and starts another on the same data. */
  restart(): Promise<number>
}

export type Stores = 'embedded' | 'redis'

const root = join(import.meta.dirname, '../..')

/** The service on its embedded stores, or on a PostgreSQL and a Redis of this run. */
export async function startService(stores: Stores, deskCount: number): Promise<RunningService> {
  const folder = mkdtempSync(join(tmpdir(), 'ecard-bench-'))
  const postgres = stores === 'redis' ? await startPostgres(join(folder, 'external')) : null
  const redis = stores === 'redis' ? await startRedis() : null
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const env = {
    ECARD_ISSUER: issuer,
    ECARD_PORT: String(port),
    ECARD_DATA_DIR: join(folder, 'data'),
    ECARD_LOG_LEVEL: 'warn',
    ...(postgres !== null && { DATABASE_URL: postgres.url }),
    ...(redis !== null && { REDIS_URL: redis.url }),
  }
  const desks = await seed(env, deskCount)
  const command = ['--import', 'tsx', join(root, 'src/main.ts')]
  const start = () => startProcess(command, { env, readyUrl: `${issuer}/health/ready` })
  let running = await start()
  return {
    issuer,
    databaseUrl: postgres?.url ?? null,
    desks,
    startSeconds: running.startSeconds,
    cpu: () => meter(running.pid, postgres, redis),
    restart: async () => {
      await running.stop()
      running = await start()
      return running.startSeconds
    },
    stop: async () => {
      await running.stop()
      await postgres?.stop()
      await redis?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The library alone; see `bare-provider.ts`. */
export async function startBareProvider(kind: 'memory' | 'redis'): Promise<Running> {
  const redis = kind === 'redis' ? await startRedis() : null
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const client = JSON.stringify(plainMetadata(benchClients.signIn))
  const command = ['--import', 'tsx', join(root, 'test/bench/bare-provider.ts')]
  const running = await startProcess([...command, kind, String(port), redis?.url ?? '', client], {
    env: {},
    readyUrl: `${issuer}/.well-known/openid-configuration`,
  })
  return {
    issuer,
    startSeconds: running.startSeconds,
    cpu: () => meter(running.pid, null, redis),
    stop: async () => {
      await running.stop()
      await redis?.stop()
    },
  }
}

async function seed(env: NodeJS.ProcessEnv, deskCount: number): Promise<Desk[]> {
  const { config, secrets } = readConfig(env)
  const service = await compose(config, secrets, { log: silentLog })
  try {
    return await buildWorld(service.parts, deskCount)
  } finally {
    await service.close()
  }
}

function plainMetadata({ id, secret, metadata }: BenchClient): object {
  return { ...metadata, client_id: id, client_secret: secret }
}

function meter(pid: number, postgres: Server | null, redis: Server | null): ReturnType<CpuMeter> {
  const service = cpuSecondsOfTree(pid)
  return {
    service: service.own,
    database: service.apart + (postgres === null ? 0 : cpuSecondsOfTree(postgres.pid).apart),
    redis: redis === null ? 0 : cpuSecondsOfTree(redis.pid).own,
  }
}

async function startProcess(
  command: readonly string[],
  { env, readyUrl }: { env: NodeJS.ProcessEnv; readyUrl: string },
): Promise<{ pid: number; startSeconds: number; stop(): Promise<void> }> {
  const began = performance.now()
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve()
    })
  })
  while (!(await answers(readyUrl))) {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended at its start`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return {
    pid: child.pid ?? 0,
    startSeconds: (performance.now() - began) / 1000,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
