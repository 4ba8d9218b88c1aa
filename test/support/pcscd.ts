import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The slots of the virtual reader, in the order of their PC/SC names. */
export const vpcdPorts = [35963, 35964] as const
export const vpcdReaderNames = ['Virtual PCD 00 00', 'Virtual PCD 00 01'] as const

/**
 * The machine's PC/SC service with its virtual reader, ours until released. There is one per
 * machine, so other test files and other runs wait for their turn.
 */
export interface Pcscd {
  /** Ends pcscd; its clients lose their readers. */
  stop(): Promise<void>
  start(): Promise<void>
  restart(): Promise<void>
  /** Ends pcscd if this test started it, and lets the next one have it. */
  release(): Promise<void>
}

const program = '/usr/sbin/pcscd'
/** Abstract socket names vanish with their process, so a killed test leaves no lock behind. */
const lockName = '\0ecard-sso-test-pcscd'
/** Who we started, so that a later run may end what a killed run left behind. */
const ourPidFile = join(tmpdir(), 'ecard-sso-test-pcscd.pid')
const pollMs = 50
const startTimeoutMs = 15_000
/** Together longer than the minute for which a closed connection holds its port. */
const maxAttempts = 6

/**
 * Waits for its turn and makes sure that pcscd runs. One that somebody else started is used but
 * cannot be stopped.
 *
 * @throws Error with a sentence that says which Debian package is missing
 */
export async function acquirePcscd(): Promise<Pcscd> {
  if (!existsSync(program)) throw new Error('pcscd is not installed: apt-get install pcscd')
  const lock = await takeLock()
  try {
    return await running(lock)
  } catch (error) {
    lock.close()
    throw error
  }
}

/**
 * Waits until PC/SC tells its clients what is so: it looks at its readers a few times a second, so
 * a card that was just inserted is not there yet, and one that was just removed still is.
 */
export async function untilPcscSees(
  expected: 'card' | 'no card',
  readerName: (typeof vpcdReaderNames)[number],
): Promise<void> {
  const presence = expected === 'card' ? 'Yes' : 'No'
  const line = new RegExp(`^\\d+\\s+${presence}\\s.*${readerName}$`, 'm')
  for (let waited = 0; waited < startTimeoutMs; waited += 2 * pollMs) {
    if (line.test(await listReaders())) return
    await delay(2 * pollMs)
  }
  throw new Error(`PC/SC never saw ${expected} in ${readerName}`)
}

/** Empty while pcscd is away. */
async function listReaders(): Promise<string> {
  const list = promisify(execFile)('opensc-tool', ['--list-readers'], { timeout: startTimeoutMs })
  return list.then(
    ({ stdout }) => stdout,
    () => '',
  )
}

async function running(lock: Server): Promise<Pcscd> {
  await endLeftover()
  const foreign = pidsOfPcscd().length > 0
  let child = foreign ? null : await launch()
  const stop = async () => {
    if (foreign) throw new Error('this pcscd was not started by the tests: stop it and run again')
    await end(child)
    child = null
  }
  const start = async () => {
    child ??= await launch()
  }
  if (foreign) await untilListening(null)
  return {
    stop,
    start,
    restart: async () => {
      await stop()
      await start()
    },
    release: async () => {
      await end(child)
      lock.close()
    },
  }
}

async function takeLock(): Promise<Server> {
  for (;;) {
    const server = createServer().listen({ path: lockName })
    const outcome = await Promise.race([
      once(server, 'listening').then(() => 'taken'),
      new Promise<NodeJS.ErrnoException>((resolve) => server.once('error', resolve)),
    ])
    if (outcome === 'taken') return server.unref()
    if (outcome instanceof Error && outcome.code !== 'EADDRINUSE') throw outcome
    await delay(4 * pollMs)
  }
}

/**
 * Starts pcscd until its virtual reader listens: the ports lie where the kernel takes client ports
 * from, so a connection of another test may hold one of them for a minute.
 */
async function launch(): Promise<ChildProcess> {
  reservePorts()
  for (let attempt = 1; ; attempt++) {
    const child = spawn(program, ['--foreground'], { stdio: 'ignore' })
    await once(child, 'spawn')
    writeFileSync(ourPidFile, String(child.pid))
    process.once('exit', () => child.kill())
    try {
      await untilListening(child)
      return child
    } catch (error) {
      await end(child)
      if (attempt === maxAttempts) throw error
    }
  }
}

/** Keeps client connections off the ports from now on, where this user may say so. */
function reservePorts(): void {
  const setting = '/proc/sys/net/ipv4/ip_local_reserved_ports'
  try {
    const reserved = readFileSync(setting, 'utf8').trim().split(',').filter(Boolean)
    writeFileSync(setting, [...new Set([...reserved, ...vpcdPorts.map(String)])].join(','))
  } catch {
    // Not root: then the attempts have to do.
  }
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null) return
  if (child.exitCode === null && child.signalCode === null) {
    child.kill()
    await once(child, 'exit')
  }
  rmSync(ourPidFile, { force: true })
}

/** Ends the pcscd of an earlier run that was killed before it could. Nobody else's. */
async function endLeftover(): Promise<void> {
  if (!existsSync(ourPidFile)) return
  const pid = Number(readFileSync(ourPidFile, 'utf8'))
  if (pidsOfPcscd().includes(pid)) process.kill(pid)
  while (pidsOfPcscd().includes(pid)) await delay(pollMs)
  rmSync(ourPidFile, { force: true })
}

/**
 * Whether PC/SC is up with its virtual reader: read from the kernel's tables, since connecting to
 * the reader's port would be the same as inserting a card.
 */
async function untilListening(child: ChildProcess | null): Promise<void> {
  for (let waited = 0; waited < startTimeoutMs; waited += pollMs) {
    if (child !== null && child.exitCode !== null) {
      throw new Error(`pcscd ended at once with code ${child.exitCode}: may this user start it?`)
    }
    if (existsSync('/run/pcscd/pcscd.comm') && vpcdPorts.every(isListening)) return
    await delay(pollMs)
  }
  throw new Error('pcscd has no virtual reader: apt-get install vsmartcard-vpcd')
}

function isListening(port: number): boolean {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  // local address, remote address, state 0A: listening
  const line = new RegExp(`:${hexPort} [0-9A-F]+:0000 0A `)
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((table) => existsSync(table))
  return tables.some((table) => line.test(readFileSync(table, 'utf8')))
}

function pidsOfPcscd(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => nameOf(pid) === 'pcscd')
}

/** Empty when the process ended between listing and reading. */
function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}
