import { createPublicKey, type KeyObject } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fixedClock, fixedNow, terminalId, testTiming } from '../test/support/agent-fixture.ts'
import {
  readClaims,
  startFakeService,
  type FakeService,
  type FakeServiceOptions,
} from '../test/support/fake-service.ts'
import { explainEnd, openChannel, type Channel, type ChannelTiming } from './channel.ts'
import { writeLog } from './log.ts'
import type { ServiceFrame } from './protocol.ts'
import { createTerminalKey } from './terminal-key.ts'

const key = createTerminalKey(fixedClock)
const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
const frames: ServiceFrame[] = []
const states: string[] = []
const logLines: string[] = []
let service: FakeService
let channel: Channel

interface StartOptions extends Partial<FakeServiceOptions> {
  readonly timing?: Partial<ChannelTiming>
  readonly terminalKey?: KeyObject
}

async function start({ timing, ...options }: StartOptions = {}): Promise<void> {
  for (const list of [frames, states, logLines]) list.length = 0
  service = await startFakeService({ terminalKey: publicKey, now: fixedNow, ...options })
  channel = openChannel({
    terminalId,
    issuer: service.issuer,
    key,
    random: { below: () => 0 },
    log: writeLog('debug', { write: (line) => logLines.push(line) }),
    timing: { ...testTiming, ...timing },
    onState: (state) => states.push(state),
    onFrame: (frame) => frames.push(frame),
  })
}

async function until(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 5000 })
}

async function untilOnline(): Promise<void> {
  await until(() => {
    expect(channel.state()).toBe('online')
  })
}

afterEach(async () => {
  await channel.close()
  await service.stop()
})

describe('the channel', () => {
  it('proves the terminal with its key, for the pinned issuer and this connection', async () => {
    await start({ claimedIssuer: 'https://elsewhere.example' })
    await untilOnline()
    const [frame] = service.heard
    const proof = String(frame?.['proof'])
    expect(readClaims(proof, publicKey)).toMatchObject({ aud: service.issuer })
    const header = Buffer.from(proof.split('.')[0] ?? '', 'base64url').toString()
    expect(JSON.parse(header)).toEqual({
      alg: 'ES256',
      kid: terminalId,
      typ: 'ecard-terminal-hello+jwt',
    })
  })

  it('sends nothing before the welcome', async () => {
    await start({ welcomes: false })
    await until(() => {
      expect(service.heard).toHaveLength(1)
    })
    expect(channel.send({ type: 'pairing-request' })).toBe(false)
  })

  it('dials again, more and more slowly, where its proof is refused', async () => {
    const stranger = createTerminalKey(fixedClock).publicKey
    const terminalKey = createPublicKey({ key: stranger, format: 'der', type: 'spki' })
    await start({ terminalKey })
    await until(() => {
      expect(service.heard.length).toBeGreaterThan(3)
    })
    const waits = logLines.filter((line) => line.includes('"channel.waiting"'))
    const [first, second, third] = waits.map((line) => JSON.parse(line) as { waitMs: number })
    expect([first?.waitMs, second?.waitMs, third?.waitMs]).toEqual([5, 10, 20])
    expect(first).toMatchObject({ closeCode: 4401 })
  })

  it('gives up on a service that never welcomes it, and dials again', async () => {
    await start({ welcomes: false, timing: { handshakeMs: 50 } })
    await until(() => {
      expect(service.heard.length).toBeGreaterThan(1)
    })
    expect(states).not.toContain('online')
  })

  it('ends a connection that has gone silent, and dials again', async () => {
    await start({ timing: { silenceMs: 100 } })
    await until(() => {
      expect(service.welcomed).toBeGreaterThan(1)
    })
    expect(logLines.join('')).toContain('channel.silent')
  })

  it('stays while pings come', async () => {
    await start({ timing: { silenceMs: 300 } })
    await untilOnline()
    const pings = setInterval(() => {
      service.ping()
    }, 50)
    // Pings over twice the time of silence that would end it.
    await until(() => {
      expect(service.pongs).toBeGreaterThan(12)
    })
    clearInterval(pings)
    expect(service.welcomed).toBe(1)
  })

  it.each([
    ['text that is not JSON', 'sign-in'],
    ['a kind that it does not know', '{"type":"format-disk"}'],
    ['a request without nonce', '{"type":"sign-in","challengeId":"1"}'],
    ['a name that is too long', `{"type":"cancel","challengeId":"${'x'.repeat(200)}"}`],
  ])('passes over %s and stays connected', async (_what, text) => {
    await start()
    await untilOnline()
    service.sendText(text)
    service.send({ type: 'cancel', challengeId: 'after it' })
    await until(() => {
      expect(frames).toEqual([{ type: 'cancel', challengeId: 'after it' }])
    })
    expect(service.welcomed).toBe(1)
  })

  it('ends the connection over a frame above 64 KiB', async () => {
    await start()
    await untilOnline()
    service.sendText(JSON.stringify({ type: 'cancel', challengeId: 'x'.repeat(65 * 1024) }))
    await until(() => {
      expect(service.welcomed).toBe(2)
    })
    expect(frames).toEqual([])
  })

  it('dials until the service is there', async () => {
    await start()
    await untilOnline()
    await service.stop()
    await until(() => {
      expect(logLines.filter((line) => line.includes('"failures":3'))).toHaveLength(1)
    })
    await service.start()
    await untilOnline()
    expect(states).toEqual(['online', 'offline', 'online'])
  })

  it.each([
    [4403, 'withdrawn', 'NOT_ENROLLED'],
    [4409, 'replaced', 'AGENT_RUNNING'],
  ] as const)('stops for good after %i', async (closeCode, state, errorCode) => {
    await start()
    await untilOnline()
    service.hangUp(closeCode)
    await until(() => {
      expect(channel.state()).toBe(state)
    })
    expect(explainEnd(state)?.code).toBe(errorCode)
    expect(channel.send({ type: 'pairing-request' })).toBe(false)
  })

  it('says good-bye when it is closed', async () => {
    await start()
    await untilOnline()
    await channel.close()
    expect(states).toEqual(['online', 'closed'])
  })
})
