import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog, type Log } from '../log.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './pool.ts'
import { postgresUserFor } from './postgres-launcher.ts'
import { isPostmasterOf, postmasterPidOf } from './postgres-process.ts'
import { findPostgresPrograms } from './postgres-programs.ts'

const isRoot = process.getuid?.() === 0
const patience = { timeout: 30_000, interval: 20 }
const unusable = { code: 'DATA_FOLDER_UNUSABLE' }

describe('the embedded PostgreSQL', { timeout: 60_000 }, () => {
  let dataDir: string
  let cluster: string
  let template: string
  const running: EmbeddedPostgres[] = []

  beforeAll(async () => {
    template = join(await mkdtemp(join(tmpdir(), 'ecard-embedded-')), 'data')
    const { url, stop } = await startEmbeddedPostgres({ dataDir: template, log: silentLog })
    await ask(url, 'create table notes (text text)', `insert into notes values ('Ghi chú')`)
    await stop()
  })
  afterAll(() => rm(join(template, '..'), { recursive: true, force: true }))

  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'ecard-embedded-')), 'data')
    cluster = join(dataDir, 'postgres')
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((postgres) => postgres.stop()))
    await rm(join(dataDir, '..'), { recursive: true, force: true })
  })

  /** The data of a service that ran here before and wrote a note. */
  function takeUpData(): void {
    const { status } = spawnSync('cp', ['-a', template, dataDir])
    expect(status).toBe(0)
  }

  async function start(log: Log = silentLog): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataDir, log })
    running.push(postgres)
    return postgres
  }

  /** Root may write everywhere, so it steps down for as long as `work` takes. */
  async function asSomebodyElse(work: () => Promise<void>): Promise<void> {
    if (isRoot) process.seteuid?.(65_534)
    try {
      await work()
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  }

  async function ask(url: string, ...statements: string[]): Promise<object[]> {
    const db = openDatabase({ url, log: silentLog })
    let answer: object[] = []
    for (const statement of statements) answer = (await db.query(statement)).rows
    await db.close()
    return answer
  }

  /** Starts, finds the note and stops, as the next service on this folder would. */
  async function expectNote(log: Log = silentLog): Promise<void> {
    const { url, stop } = await start(log)
    expect(await ask(url, 'select text from notes')).toEqual([{ text: 'Ghi chú' }])
    await stop()
  }

  async function postmaster(): Promise<number> {
    const pid = await postmasterPidOf(cluster)
    if (pid === null) throw new Error('PostgreSQL does not run')
    return pid
  }

  const expectEnd = (pid: number): Promise<void> =>
    vi.waitFor(() => {
      expect(isPostmasterOf(pid, cluster)).toBe(false)
    }, patience)

  it('makes its data the first time and finds them the second time', async () => {
    const first = await start()
    expect((await migrate(first.url)).applied).not.toEqual([])
    await ask(first.url, 'create table notes (text text)', `insert into notes values ('Ghi chú')`)
    await first.stop()
    const second = await start()
    expect((await migrate(second.url)).applied).toEqual([])
    expect(await ask(second.url, 'select text from notes')).toEqual([{ text: 'Ghi chú' }])
  })

  it('keeps text in UTF-8 and its time in UTC, and sorts names as Vietnamese does', async () => {
    takeUpData()
    const { url } = await start()
    const [settings] = await ask(
      url,
      `select current_setting('server_encoding') as encoding, current_setting('TimeZone') as zone`,
    )
    expect(settings).toEqual({ encoding: 'UTF8', zone: 'UTC' })
    const sorted = await ask(
      url,
      `select n from unnest(array['Đức', 'Dũng', 'Em', 'Ánh', 'An']) n order by n collate "vi-x-icu"`,
    )
    expect(sorted).toEqual(['An', 'Ánh', 'Dũng', 'Đức', 'Em'].map((n) => ({ n })))
  })

  it('shows its address to its owner alone, and only while it runs', async () => {
    takeUpData()
    const file = join(dataDir, 'postgres-url')
    const { url, stop } = await start()
    expect((await readFile(file, 'utf8')).trim()).toBe(url)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await stop()
    expect(existsSync(file)).toBe(false)
  })

  it('listens on no port and lets nobody in without the password', async () => {
    takeUpData()
    const { url } = await start()
    expect(await ask(url, 'show listen_addresses')).toEqual([{ listen_addresses: '' }])
    const wrong = new URL(url)
    wrong.password = 'wrong'
    await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    })
  })

  it('leaves no process when it is stopped, and may be stopped twice', async () => {
    takeUpData()
    const { stop } = await start()
    const pid = await postmaster()
    expect(isPostmasterOf(pid, cluster)).toBe(true)
    await Promise.all([stop(), stop()])
    expect(isPostmasterOf(pid, cluster)).toBe(false)
    expect(await postmasterPidOf(cluster)).toBeNull()
  })

  it('never runs as root', async () => {
    takeUpData()
    await start()
    const status = await readFile(`/proc/${await postmaster()}/status`, 'utf8')
    const [, uid] = /^Uid:\s+(\d+)/m.exec(status) ?? []
    expect(Number(uid)).toBe(isRoot ? (await stat(cluster)).uid : process.getuid?.())
    expect(uid).not.toBe('0')
  })

  it.runIf(isRoot)('keeps no power of root in a folder that everybody may enter', async () => {
    takeUpData()
    await chmod(join(dataDir, '..'), 0o755)
    await start()
    const status = await readFile(`/proc/${await postmaster()}/status`, 'utf8')
    expect(/^CapEff:\s+(\w+)/m.exec(status)?.[1]).toMatch(/^0+$/)
  })

  it('works in a folder whose path is too long for a socket, and leaves none behind', async () => {
    const long = join(dataDir, 'x'.repeat(60), 'y'.repeat(60))
    const { url, stop } = await startEmbeddedPostgres({ dataDir: long, log: silentLog })
    const sockets = decodeURIComponent(new URL(url).hostname)
    expect(await ask(url, 'select 1 as n')).toEqual([{ n: 1 }])
    expect((await stat(sockets)).mode & 0o777).toBe(0o700)
    await stop()
    expect(existsSync(sockets)).toBe(false)
  })

  it('refuses a folder that a running service uses, which goes on undisturbed', async () => {
    takeUpData()
    const { url } = await start()
    await expect(start()).rejects.toMatchObject(unusable)
    expect(await ask(url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it('gives an empty folder to exactly one of three starts at the same time', async () => {
    const starts = await Promise.allSettled([start(), start(), start()])
    const [winner, ...others] = starts.filter(({ status }) => status === 'fulfilled')
    expect(winner).toBeDefined()
    expect(others).toEqual([])
    for (const lost of starts.filter((one) => one.status === 'rejected'))
      expect(lost.reason).toMatchObject(unusable)
    expect(await ask(running[0]?.url ?? '', 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it('says which folder it cannot write', async () => {
    const file = join(dataDir, '..', 'file')
    await writeFile(file, '')
    const starting = startEmbeddedPostgres({ dataDir: join(file, 'data'), log: silentLog })
    await expect(starting).rejects.toMatchObject({
      ...unusable,
      facts: { folder: join(file, 'data') },
    })
  })

  it('says that it has no right to a folder', async () => {
    await mkdir(dataDir, { mode: 0o500 })
    await chmod(join(dataDir, '..'), 0o755)
    await asSomebodyElse(async () => {
      await expect(start()).rejects.toMatchObject(unusable)
    })
  })

  it('clears away what a first start that was killed half-way has left', async () => {
    const half = join(dataDir, 'postgres.new-0b5e7f5e')
    takeUpData()
    await mkdir(half, { recursive: true })
    await writeFile(join(half, 'PG_VERSION'), '18')
    await writeFile(`${half}.password`, 'never used')
    await start()
    const left = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-'))
    expect(left).toEqual([])
  })

  it('starts after its PostgreSQL was killed, and had reported the death', async () => {
    const error = vi.fn()
    takeUpData()
    const { stop } = await start({ ...silentLog, error })
    process.kill(await postmaster(), 'SIGKILL')
    await vi.waitFor(() => {
      expect(error).toHaveBeenCalledWith('postgres.ended', expect.anything())
    }, patience)
    await stop()
    expect(await postmasterPidOf(cluster)).not.toBeNull()
    await expectNote()
  })

  it('starts although the number of its dead PostgreSQL has gone to another process', async () => {
    takeUpData()
    const { stop } = await start()
    const file = await readFile(join(cluster, 'postmaster.pid'), 'utf8')
    await stop()
    const stranger = spawn('sleep', ['60'], { ...postgresUserFor(cluster) })
    await writeFile(join(cluster, 'postmaster.pid'), file.replace(/^\d+/, String(stranger.pid)))
    await expectNote()
    expect(stranger.exitCode).toBeNull()
    stranger.kill()
  })

  it('stops a PostgreSQL that outlived its service, and starts over the same data', async () => {
    takeUpData()
    const orphan = await startOrphan()
    const warn = vi.fn()
    await expectNote({ ...silentLog, warn })
    expect(warn).toHaveBeenCalledWith('postgres.orphan-stopped', { pid: orphan.pid })
    expect(orphan.exitCode).toBe(0)
  })

  /** A server without a service, which nothing ties to the process that started it. */
  async function startOrphan(): Promise<ChildProcess> {
    const { postgres } = await findPostgresPrograms()
    await chmod(join(dataDir, '..'), 0o755)
    const settings = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${cluster}`]
    const user = postgresUserFor(cluster)
    const orphan = spawn(postgres, ['-D', cluster, ...settings], { ...user, stdio: 'ignore' })
    await vi.waitFor(async () => {
      expect(await readFile(join(cluster, 'postmaster.pid'), 'utf8')).toContain('ready')
    }, patience)
    return orphan
  }

  async function startService(): Promise<ChildProcess> {
    const program = join(import.meta.dirname, '../../test/support/hold-embedded-postgres.ts')
    const service = spawn(process.execPath, ['--import', 'tsx', program, dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(service.stdout, 'data')
    return service
  }

  it.each(['SIGTERM', 'SIGUSR2', 'SIGKILL', 'SIGHUP'] as const)(
    'leaves no process and usable data behind a service that ends by %s',
    async (signal) => {
      takeUpData()
      const service = await startService()
      const pid = await postmaster()
      service.kill(signal)
      await once(service, 'exit')
      await expectEnd(pid)
      await expectNote()
    },
  )

  it('starts at once after a service was killed, while its PostgreSQL still ends', async () => {
    takeUpData()
    const service = await startService()
    service.kill('SIGKILL')
    await once(service, 'exit')
    await expectNote()
  })
})
