import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import { createAgent, type Agent, type AgentDeps } from '../../card-reader/agent.ts'
import { openKnownCards } from '../../card-reader/known-cards.ts'
import { silentLog as agentLog } from '../../card-reader/log.ts'
import { createTerminalKey } from '../../card-reader/terminal-key.ts'
import {
  createInProcessCardPort,
  type InProcessCardPort,
} from '../../card-reader/virtual-card/in-process-card-port.ts'
import { openTerminalDesk, type TerminalDeskOptions } from '../../scripts/desk/terminal-desk.ts'
import type { CardDesk } from '../../src/cards/desk-card.ts'
import { createMemoryBus } from '../../src/db/memory-bus.ts'
import { createMemoryStore } from '../../src/db/memory-store.ts'
import { openDatabase, type Database } from '../../src/db/pool.ts'
import { silentLog } from '../../src/log.ts'
import { systemRandom } from '../../src/random.ts'
import { createTerminalChannel, type TerminalChannel } from '../../src/terminals/channel.ts'
import { openDeskRelay } from '../../src/terminals/desk-relay.ts'
import { watchFleet } from '../../src/terminals/fleet.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import { scriptedPrompt, testTiming, type ScriptedPrompt } from './agent-fixture.ts'

const clock = { now: () => new Date() }

/** A node of the service that holds channels, on a registry that it shares with others. */
export interface DeskNode {
  readonly url: string
  readonly channel: TerminalChannel
  /** What agents reported of sign-ins, in order. */
  readonly steps: readonly string[]
  /** Ends the sockets as a killed process would. */
  cut(): void
  close(): Promise<void>
}

/** What is between `ecard` and the agents: it hears everything, and may meddle with it. */
export interface Wire {
  readonly overheard: string[]
  /** What goes over the registry in the place of these parts. Default: the same. */
  meddle: ((parts: readonly string[]) => readonly string[]) | null
}

export function createWire(): Wire {
  return { overheard: [], meddle: null }
}

/** The database with a note of everything that is told over it. */
function overhear(db: Database, wire: Wire): Database {
  return {
    ...db,
    query: (text, values, options) => {
      if (!text.includes('pg_notify')) return db.query(text, values, options)
      const [channel, told] = values as [string, string[]]
      const parts = wire.meddle?.(told) ?? told
      wire.overheard.push(...parts)
      return db.query(text, [channel, parts], options)
    },
  }
}

export async function startDeskNode(url: string, wire: Wire): Promise<DeskNode> {
  const own = openDatabase({ url, log: silentLog, maxConnections: 4 })
  const db = overhear(own, wire)
  const steps: string[] = []
  const terminals = createTerminalStore(db)
  const relay = await openDeskRelay({ db, terminals, random: systemRandom, log: silentLog })
  const fleet = watchFleet({ db, clock, log: silentLog })
  const [store, bus] = [createMemoryStore({ clock }), createMemoryBus()]
  const server = createServer()
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const channel = createTerminalChannel({
    get issuer() {
      return origin()
    },
    ...{ store, bus, terminals, clock, random: systemRandom, log: silentLog },
    createPairingCode: () => Promise.resolve({ code: 'none', expiresInSeconds: 60 }),
    onProgress: ({ step }) => {
      steps.push(step)
      return Promise.resolve()
    },
    onAuthToken: () => Promise.resolve(),
    guests: [relay.guest, fleet.guest],
  })
  const sockets = new Set<WebSocket>()
  const upgrades = new WebSocketServer({ server })
  upgrades.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('message', (data: Buffer) => wire.overheard.push(data.toString('utf8')))
    const send = socket.send.bind(socket)
    socket.send = (data: string) => {
      wire.overheard.push(data)
      send(data)
    }
    channel.accept(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.terminate()
  }
  return {
    ...{ url: origin(), channel, steps, cut },
    close: async () => {
      await channel.close()
      cut()
      upgrades.close()
      server.close()
      await once(server, 'close')
      await fleet.close()
      await relay.close()
      await Promise.all([store.close(), bus.close()])
      await own.close()
    },
  }
}

export interface DeskTerminal {
  readonly id: string
  readonly name: string
  readonly agent: Agent
  readonly port: InProcessCardPort
  readonly prompt: ScriptedPrompt
  close(): Promise<void>
}

export interface DeskTerminalOptions {
  readonly isDesk?: boolean
  readonly agent?: Partial<AgentDeps>
}

/** An enrolled terminal with a virtual reader, whose agent is connected to that node. */
export async function startDeskTerminal(
  db: Database,
  node: DeskNode,
  { isDesk = true, agent: given = {} }: DeskTerminalOptions = {},
): Promise<DeskTerminal> {
  const id = systemRandom.uuid()
  const name = `Bàn cấp thẻ ${id.slice(0, 8)}`
  const key = createTerminalKey(clock)
  const terminals = createTerminalStore(db)
  const now = clock.now()
  await terminals.insertInvited({ id, name, mode: 'managed', agencyId: null, isDesk }, now)
  await terminals.activate(id, { publicKey: key.publicKey, at: now })
  const stateDir = await mkdtemp(join(tmpdir(), 'ecard-desk-'))
  const port = createInProcessCardPort()
  const prompt = scriptedPrompt()
  const terminal = {
    ...({ id, name, issuer: node.url, mode: 'managed', certificate: 'AA==' } as const),
    pairingOffered: true,
  }
  const agent = createAgent({
    state: { terminal, key, knownCards: await openKnownCards(stateDir) },
    ...{ cardPort: port, pinPrompt: prompt, clock, random: systemRandom, log: agentLog },
    openBrowser: () => Promise.resolve(),
    timing: testTiming,
    issuesCards: true,
    ...given,
  })
  agent.start()
  await untilState(agent, 'online')
  return {
    ...{ id, name, agent, port, prompt },
    close: async () => {
      await agent.stop()
      await port.close()
      await rm(stateDir, { recursive: true })
    },
  }
}

export async function untilState(agent: Agent, wanted: string): Promise<void> {
  if (agent.channelState() === wanted) return
  await new Promise<void>((resolve) => {
    const stop = agent.onEvent((event) => {
      if (event.type !== 'channel' || event.state !== wanted) return
      stop()
      resolve()
    })
  })
}

/** What `ecard` opens, on the registry alone. */
export function openFarDesk(
  db: Database,
  wire: Wire,
  options: Pick<TerminalDeskOptions, 'terminal'> & Partial<TerminalDeskOptions>,
): Promise<CardDesk> {
  return openTerminalDesk({
    ...{ db: overhear(db, wire), random: systemRandom, purpose: 'issue', reader: null },
    ...{ language: 'vi', trace: null },
    ...options,
  })
}
