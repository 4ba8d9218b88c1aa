import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAgent, type Agent } from '../../card-reader/agent.ts'
import type { AgentState } from '../../card-reader/agent-state.ts'
import type { CardChannel, CardPort } from '../../card-reader/card-port.ts'
import type { ChannelTiming } from '../../card-reader/channel.ts'
import { openKnownCards } from '../../card-reader/known-cards.ts'
import { writeLog } from '../../card-reader/log.ts'
import { personaliseCard } from '../../card-reader/personalise-card.ts'
import type { Notice, PinPrompt, PinRequest } from '../../card-reader/pin-prompt/pin-prompt.ts'
import type { KeyAlgorithm } from '../../card-reader/piv-keys.ts'
import { createTerminalKey } from '../../card-reader/terminal-key.ts'
import {
  createInProcessCardPort,
  type InProcessCardPort,
} from '../../card-reader/virtual-card/in-process-card-port.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { startFakeService, type FakeService, type FakeServiceOptions } from './fake-service.ts'
import { createTinyCa, type TinyCa } from './tiny-ca.ts'

export const fixedNow = new Date('2026-11-21T08:00:00Z')
export const fixedClock = { now: () => fixedNow }
export const terminalId = '6f2c1f0a-6f0f-4c34-9d0c-0a1d6a1d7c11'
export const rightPin = '246810'

/** Quick enough for a test to see a reconnection, slow enough for a busy machine. */
export const testTiming: ChannelTiming = {
  backOff: { minMs: 10, maxMs: 50 },
  handshakeMs: 5000,
  silenceMs: 60_000,
}

/** A civil servant's card with keys in 9A and 9E, and what it says of itself. */
export interface IssuedCard {
  readonly card: VirtualCard
  readonly cardUuid: string
  readonly publicKeys: Readonly<Record<'9A' | '9E', KeyObject>>
}

/** An agent with virtual readers, connected to a fake service. */
export interface AgentFixture {
  readonly agent: Agent
  readonly service: FakeService
  readonly port: InProcessCardPort
  readonly prompt: ScriptedPrompt
  readonly state: AgentState
  /** The agent's log, at level debug. */
  readonly logLines: readonly string[]
  readonly openedPages: readonly string[]
  /** The progress steps that the service heard, in order. */
  steps(): unknown[]
  close(): Promise<void>
}

export interface AgentFixtureOptions {
  readonly readers?: readonly string[]
  readonly timing?: ChannelTiming
  readonly service?: Omit<FakeServiceOptions, 'terminalKey' | 'now'>
  /** Stands before the virtual readers. */
  readonly cardPort?: (port: InProcessCardPort) => CardPort
}

export async function startAgentFixture(options: AgentFixtureOptions = {}): Promise<AgentFixture> {
  const stateDir = await mkdtemp(join(tmpdir(), 'ecard-agent-'))
  const key = createTerminalKey(fixedClock)
  const terminalKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
  const service = await startFakeService({ ...options.service, terminalKey, now: fixedNow })
  const port = createInProcessCardPort(
    options.readers === undefined ? {} : { readers: options.readers },
  )
  const terminal = {
    id: terminalId,
    issuer: service.issuer,
    name: 'Quầy số 3',
    mode: 'managed',
    certificate: 'AA==',
    pairingOffered: true,
  } as const
  const state = { terminal, key, knownCards: await openKnownCards(stateDir) }
  const prompt = scriptedPrompt()
  const logLines: string[] = []
  const openedPages: string[] = []
  const agent = createAgent({
    cardPort: options.cardPort?.(port) ?? port,
    state,
    pinPrompt: prompt,
    clock: fixedClock,
    random: { below: () => 0 },
    log: writeLog('debug', { write: (line) => logLines.push(line) }),
    openBrowser: (url) => {
      openedPages.push(url)
      return Promise.resolve()
    },
    timing: options.timing ?? testTiming,
  })
  agent.start()
  return {
    agent,
    service,
    port,
    prompt,
    state,
    logLines,
    openedPages,
    steps: () => service.heard.filter(isProgress).map(({ step }) => step),
    close: async () => {
      await agent.stop()
      await service.stop()
      await port.close()
      await rm(stateDir, { recursive: true })
    },
  }
}

function isProgress(frame: Readonly<Record<string, unknown>>): boolean {
  return frame['type'] === 'progress'
}

/** A holder who types what the test says: a PIN, null for cancel, or nothing until it is aborted. */
export interface ScriptedPrompt extends PinPrompt {
  /** What is typed at the next prompts, in order: a PIN, null to cancel, `waits` for nothing. */
  readonly typed: (string | null)[]
  readonly asked: PinRequest[]
  readonly notices: Notice[]
  /** The buffers that were handed over, to see what became of them. */
  readonly handedOver: Buffer[]
}

export function scriptedPrompt(): ScriptedPrompt {
  const prompt: ScriptedPrompt = {
    typed: [],
    asked: [],
    notices: [],
    handedOver: [],
    askPin: async (request) => {
      prompt.asked.push(request)
      const typed = prompt.typed.shift() ?? null
      if (typed === 'waits') return untilAborted(request.signal)
      if (typed === null) return null
      const pin = Buffer.from(typed)
      prompt.handedOver.push(pin)
      return Promise.resolve(pin)
    },
    notify: (notice) => {
      prompt.notices.push(notice)
    },
  }
  return prompt
}

function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(null)
    })
  })
}

let tinyCa: Promise<TinyCa> | null = null

/** Personalises a blank virtual card with certificates of the tiny CA. */
export async function issueVirtualCard(
  options: { readonly algorithm?: KeyAlgorithm } = {},
): Promise<IssuedCard> {
  tinyCa ??= createTinyCa({ clock: fixedClock })
  const ca = await tinyCa
  const card = VirtualCard.create()
  const cardUuid = uuidOf(randomBytes(16))
  const publicKeys = new Map<string, KeyObject>()
  await personaliseCard(directChannel(card), {
    cardUuid,
    expiresAt: new Date('2031-11-21T00:00:00Z'),
    pin: rightPin,
    slots: ['9A', '9E'],
    algorithm: options.algorithm ?? 'P-256',
    certify: (slot, spki) => {
      publicKeys.set(slot, createPublicKey({ key: spki, format: 'der', type: 'spki' }))
      return ca.certify(spki, { slot, cardUuid })
    },
    randomBytes,
  })
  card.powerOff()
  const keyOf = (slot: '9A' | '9E'): KeyObject => {
    const key = publicKeys.get(slot)
    if (key === undefined) throw new Error(`no key was made in ${slot}`)
    return key
  }
  return { card, cardUuid, publicKeys: { '9A': keyOf('9A'), '9E': keyOf('9E') } }
}

function uuidOf(bytes: Buffer): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** A card without a reader in between. */
export function directChannel(card: VirtualCard): CardChannel {
  const channel = { exchanges: 0, bytes: 0 }
  return Object.assign(channel, {
    transmit: (command: Buffer): Promise<Buffer> => {
      channel.exchanges += 1
      return Promise.resolve(card.transmit(command))
    },
  })
}
