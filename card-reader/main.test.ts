import { spawn, type ChildProcess } from 'node:child_process'
import { createPublicKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { directChannel, fixedClock, fixedNow, terminalId } from '../test/support/agent-fixture.ts'
import { startFakeService, type FakeService } from '../test/support/fake-service.ts'
import { createTinyCa } from '../test/support/tiny-ca.ts'
import { saveTerminal } from './agent-state.ts'
import { personaliseCard } from './personalise-card.ts'
import { makePrivateFolder } from './private-file.ts'
import { createTerminalKey, saveTerminalKey } from './terminal-key.ts'
import { VirtualCard } from './virtual-card/virtual-card.ts'

const cardUuid = '2f5f0c2e-6d38-4b8e-8f0a-6f3a1b6f9f10'
let folder: string
let stateDir: string
let cardFile: string
let service: FakeService
let agent: ChildProcess | null = null

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-main-'))
  stateDir = join(folder, 'state')
  cardFile = join(folder, 'card.json')
  const key = createTerminalKey(fixedClock)
  const terminalKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
  service = await startFakeService({ terminalKey, now: fixedNow })
  await makeState(key)
  await makeCard()
  // The desktop's way to open a link, as a program that writes the link down.
  const opener = join(folder, 'xdg-open')
  await writeFile(opener, `#!/bin/sh\nprintf '%s' "$1" > '${join(folder, 'opened')}'\n`)
  await chmod(opener, 0o700)
})

afterEach(async () => {
  if (agent?.exitCode === null) {
    agent.kill()
    await once(agent, 'exit')
  }
  agent = null
})

afterAll(async () => {
  await service.stop()
  await rm(folder, { recursive: true })
})

async function makeState(key: ReturnType<typeof createTerminalKey>): Promise<void> {
  await makePrivateFolder(stateDir)
  await saveTerminalKey(stateDir, key)
  await saveTerminal(stateDir, {
    id: terminalId,
    issuer: service.issuer,
    name: 'Quầy số 3',
    mode: 'managed',
    certificate: 'AA==',
    pairingOffered: false,
  })
}

async function makeCard(): Promise<void> {
  const ca = await createTinyCa({ clock: fixedClock })
  await personaliseCard(directChannel(VirtualCard.create({ file: cardFile })), {
    cardUuid,
    expiresAt: new Date('2031-11-21T00:00:00Z'),
    pin: '246810',
    slots: ['9E'],
    algorithm: 'P-256',
    certify: (slot, spki) => ca.certify(spki, { slot, cardUuid }),
    randomBytes,
  })
}

function start(...given: string[]): ChildProcess {
  const program = join(import.meta.dirname, 'main.ts')
  const PATH = [folder, dirname(process.execPath), '/usr/bin', '/bin'].join(':')
  return spawn(process.execPath, ['--import', 'tsx', program, ...given], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH, HOME: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

interface Transcript {
  readonly output: string
  readonly errors: string
  readonly exitCode: number | null
}

async function ended(child: ChildProcess): Promise<Transcript> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('started without pipes')
  const exited = once(child, 'exit')
  const [output, errors] = await Promise.all([text(stdout), text(stderr)])
  await exited
  return { output, errors, exitCode: child.exitCode }
}

/** Starts `run` with the virtual card and waits until the service has welcomed it. */
async function startRun(...given: string[]): Promise<ChildProcess> {
  const welcomedBefore = service.welcomed
  agent = start('run', '--state-dir', stateDir, '--virtual-card', cardFile, ...given)
  await until(() => {
    expect(service.welcomed).toBe(welcomedBefore + 1)
  })
  return agent
}

async function until(check: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000 })
}

describe('ecard-agent', { timeout: 40_000 }, () => {
  it('says before enrolment what to do', async () => {
    const nowhere = join(folder, 'nowhere')
    const { errors, exitCode } = await ended(start('run', '--state-dir', nowhere))
    expect(errors).toContain('ecard-agent enrol --issuer URL --code CODE')
    expect(exitCode).toBe(1)
  })

  it('refuses an issuer that anybody could listen in to', async () => {
    const given = ['--issuer', 'http://id.example', '--code', 'X', '--state-dir', folder]
    const { errors, exitCode } = await ended(start('enrol', ...given))
    expect(errors).toBe('The issuer http://id.example must begin with https://.\n')
    expect(exitCode).toBe(1)
  })

  it('runs with a virtual card that lies on the reader, and ends on SIGTERM', async () => {
    const running = await startRun('--no-open')
    const transcript = ended(running)
    const { challengeId } = service.ask()
    await until(() => {
      const answer = service.heard.find(({ type }) => type === 'auth-token')
      expect(answer).toMatchObject({ challengeId, cardUuid })
    })
    running.kill()
    const { output, exitCode } = await transcript
    expect(output).toContain(`Terminal "Quầy số 3" at ${service.issuer}`)
    expect(output).toContain('Quản lý văn bản và điều hành (số 47): Đang đọc thẻ')
    expect(exitCode).toBe(0)
  })

  it('takes the virtual card away and lays it down again from the keyboard', async () => {
    const running = await startRun('--no-open')
    const isOnReader = (): unknown => {
      const report = service.heard.findLast(({ type }) => type === 'readers')
      return (report?.['readers'] as { cardPresent: boolean }[] | undefined)?.[0]?.cardPresent
    }
    running.stdin?.write('0\n')
    await until(() => {
      expect(isOnReader()).toBe(false)
    })
    running.stdin?.write('1\n')
    await until(() => {
      expect(isOnReader()).toBe(true)
    })
  })

  it('opens the browser for pairing at its first run', async () => {
    await startRun()
    await until(() => {
      expect(service.heard.at(-1)).toEqual({ type: 'pairing-request' })
    })
    const url = `${service.issuer}/terminal/pair#first`
    service.send({ type: 'pairing', url, expiresInSeconds: 300 })
    await until(async () => {
      expect(await readFile(join(folder, 'opened'), 'utf8')).toBe(url)
      const state = await readFile(join(stateDir, 'terminal.json'), 'utf8')
      expect(JSON.parse(state)).toMatchObject({ pairingOffered: true })
    })
  })

  it('shows, asked by status, what the running agent sees', async () => {
    await startRun('--no-open')
    const { output, exitCode } = await ended(start('status', '--state-dir', stateDir))
    expect(output).toBe(
      `Terminal  Quầy số 3 (managed, ${terminalId})\nIssuer    ${service.issuer}\n` +
        'Service   online\nReader    Virtual reader, with a card\n',
    )
    expect(exitCode).toBe(0)
  })

  it('says by status that no agent runs', async () => {
    const { errors, exitCode } = await ended(start('status', '--state-dir', stateDir))
    expect(errors).toBe('The agent does not run.\n')
    expect(exitCode).toBe(1)
  })

  it.each(['through the agent that runs', 'without one'])('pairs a browser %s', async (how) => {
    if (how === 'through the agent that runs') await startRun('--no-open')
    service.heard.length = 0
    const transcript = ended(start('pair', '--state-dir', stateDir))
    await until(() => {
      expect(service.heard.at(-1)).toEqual({ type: 'pairing-request' })
    })
    const url = `${service.issuer}/terminal/pair#again`
    service.send({ type: 'pairing', url, expiresInSeconds: 300 })
    const { output, exitCode } = await transcript
    expect(output).toContain(`within 5 minutes:\n${url}\n`)
    expect(exitCode).toBe(0)
  })

  it('runs once for each enrolment', async () => {
    await startRun('--no-open')
    const second = start('run', '--state-dir', stateDir, '--virtual-card', cardFile)
    const { errors, exitCode } = await ended(second)
    expect(errors).toContain(`An agent already runs with the folder ${stateDir}.`)
    expect(exitCode).toBe(1)
  })

  it('ends with a clear sentence when the terminal is withdrawn', async () => {
    const transcript = ended(await startRun('--no-open'))
    service.hangUp(4403)
    const { errors, exitCode } = await transcript
    expect(errors).toContain('This terminal has been withdrawn.')
    expect(exitCode).toBe(1)
  })
})
