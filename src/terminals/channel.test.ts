import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestClock, origin } from '../../test/support/card-auth-fixture.ts'
import {
  authenticate,
  connect,
  dial,
  startChannelNode,
  type ChannelNode,
  type TestAgent,
} from '../../test/support/channel-node.ts'
import {
  createTestTerminal,
  signHello,
  type TestTerminal,
} from '../../test/support/test-terminal.ts'
import { createMemoryBus } from '../db/memory-bus.ts'
import { createMemoryStore } from '../db/memory-store.ts'
import { silentLog } from '../log.ts'
import { systemRandom } from '../random.ts'
import type { TerminalChannelDeps } from './channel.ts'
import {
  closeCodes,
  type Progress,
  type ReceivedAuthToken,
  type SignInRequest,
} from './protocol.ts'
import type { Terminal } from './terminal.ts'

const cardUuid = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'

let registry: Map<string, Terminal>
let terminal: TestTerminal
let shared: ReturnType<typeof createShared>
let nodes: ChannelNode[]
let progress: Progress[]
let answers: ReceivedAuthToken[]

beforeEach(() => {
  registry = new Map()
  nodes = []
  progress = []
  answers = []
  shared = createShared()
  terminal = enrolled()
})
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await Promise.all([shared.store.close(), shared.bus.close()])
})

describe('the greeting of an agent', () => {
  it('welcomes a terminal that proves its key', async () => {
    const agent = await dial(await startNode())
    expect(await agent.hear('hello')).toEqual({
      type: 'hello',
      nonce: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
      issuer: origin,
    })
    await authenticate(agent, terminal)
    const { id, name, mode } = terminal.terminal
    expect(await agent.hear('welcome')).toEqual({ type: 'welcome', terminal: { id, name, mode } })
  })
  it('asks every connection something else', async () => {
    const node = await startNode()
    const hellos = await Promise.all(
      [dial(node), dial(node)].map(async (a) => (await a).hear('hello')),
    )
    expect(hellos[0]?.['nonce']).not.toBe(hellos[1]?.['nonce'])
  })
  it('refuses a proof that was overheard on another connection', async () => {
    const node = await startNode()
    const first = await dial(node)
    const { nonce } = await first.hear('hello')
    const second = await dial(node)
    await authenticate(second, terminal, { nonce: String(nonce) })
    expect(await second.ended).toBe(closeCodes.notAuthenticated)
  })
  it('hears one proof a connection, be it right or wrong', async () => {
    const agent = await connect(await startNode(), terminal)
    await authenticate(agent, terminal)
    expect(await agent.ended).toBe(closeCodes.malformed)
  })
  it.each([
    ['made with another key', { key: true }],
    ['for another service', { aud: 'https://id.example.evil' }],
    ['of another kind', { header: { typ: 'ecard-terminal-signature+jwt' } }],
    ["in another terminal's name", { header: { kid: cardUuid } }],
    ['without an algorithm', { header: { alg: 'none' } }],
    ['by another algorithm', { header: { alg: 'HS256' } }],
    ['with a critical extension', { header: { crit: ['exp'] } }],
  ])('refuses a proof %s', async (_, bend) => {
    const agent = await dial(await startNode())
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { key, ...rest } = { key: false, ...bend }
    await authenticate(agent, key ? { ...terminal, privateKey } : terminal, rest)
    expect(await agent.ended).toBe(closeCodes.notAuthenticated)
  })
  it('refuses a terminal that it does not know, and one that has not enrolled', async () => {
    const node = await startNode()
    const unknown = createTestTerminal()
    const invited = enrolled()
    registry.set(invited.terminal.id, { ...invited.terminal, state: 'invited', publicKey: null })
    for (const stranger of [unknown, invited]) {
      const agent = await dial(node)
      await authenticate(agent, stranger)
      expect(await agent.ended).toBe(closeCodes.notAuthenticated)
    }
  })
  it('tells a withdrawn terminal so, and only the holder of its key', async () => {
    const node = await startNode()
    registry.set(terminal.terminal.id, { ...terminal.terminal, state: 'withdrawn' })
    const owner = await dial(node)
    await authenticate(owner, terminal)
    expect(await owner.ended).toBe(closeCodes.withdrawn)
    const stranger = await dial(node)
    await authenticate(stranger, { ...terminal, privateKey: createTestTerminal().privateKey })
    expect(await stranger.ended).toBe(closeCodes.notAuthenticated)
  })
  it('lets nobody in who is withdrawn between the proof and the welcome', async () => {
    const { id } = terminal.terminal
    let asked = 0
    const find = () => {
      const state = ++asked === 1 ? 'active' : 'withdrawn'
      return Promise.resolve({ ...terminal.terminal, state } as const)
    }
    const node = await startNode({ terminals: { find } })
    const agent = await dial(node)
    await authenticate(agent, terminal)
    expect(await agent.ended).toBe(closeCodes.withdrawn)
    expect(agent.heard.map(({ type }) => type)).toEqual(['hello'])
    await expect.poll(() => node.channel.isOnline(id)).toBe(false)
  })
  it('hears nothing else before the proof', async () => {
    const agent = await dial(await startNode())
    agent.send({ type: 'pairing-request' })
    expect(await agent.ended).toBe(closeCodes.notAuthenticated)
  })
  it('waits for the proof only so long', async () => {
    const node = await startNode({ limits: { authenticateWithinMs: 50 } })
    expect(await (await dial(node)).ended).toBe(closeCodes.tooSlow)
  })
  it('asks the agent to come again while the registry does not answer', async () => {
    const find = () => Promise.reject(new Error('down'))
    const agent = await dial(await startNode({ terminals: { find } }))
    await authenticate(agent, terminal)
    expect(await agent.ended).toBe(closeCodes.unavailable)
  })
})

describe('the limits of a connection', () => {
  it.each([
    ['is not JSON', '{'],
    ['is of no known type', JSON.stringify({ type: 'eval', code: '1' })],
    ['lacks a field', JSON.stringify({ type: 'progress', step: 'reading' })],
    ['has an unknown step', JSON.stringify({ type: 'progress', challengeId: cardUuid, step: 'x' })],
  ])('ends it for a frame that %s', async (_, text) => {
    const agent = await connect(await startNode(), terminal)
    agent.send(text)
    expect(await agent.ended).toBe(closeCodes.malformed)
  })
  it('ends it for a binary frame', async () => {
    const agent = await connect(await startNode(), terminal)
    agent.socket.send(Buffer.from('{"type":"pairing-request"}'), { binary: true })
    expect(await agent.ended).toBe(closeCodes.malformed)
  })
  it('ends it for a frame above 64 KiB', async () => {
    const agent = await connect(await startNode(), terminal)
    agent.send({ type: 'pairing-request', padding: 'x'.repeat(65_536) })
    expect(await agent.ended).toBe(1009)
  })
  it('ends it for too many frames in one second', async () => {
    const agent = await connect(await startNode({ limits: { framesPerSecond: 5 } }), terminal)
    for (let count = 0; count < 5; count++) agent.send({ type: 'readers', readers: [] })
    expect(await agent.ended).toBe(closeCodes.tooMany)
  })
  it('counts each second anew', async () => {
    const node = await startNode({ limits: { framesPerSecond: 2 } })
    const agent = await connect(node, terminal)
    const challengeId = await ask(node, agent)
    for (let count = 0; count < 6; count++) {
      shared.clock.advance(1)
      agent.send({ type: 'progress', challengeId, step: 'reading' })
      await expect.poll(() => progress.length).toBe(count + 1)
    }
  })
  it('drops an agent that answers no pings, and forgets it', async () => {
    const node = await startNode({ limits: { heartbeatMs: 20 } })
    const agent = await dial(node, { autoPong: false })
    await authenticate(agent, terminal)
    await agent.hear('welcome')
    await agent.ended
    await expect.poll(() => node.channel.isOnline(terminal.terminal.id)).toBe(false)
  })
  it('keeps an agent that answers, and refreshes its presence', async () => {
    const node = await startNode({ limits: { heartbeatMs: 20 } })
    const agent = await connect(node, terminal)
    let pings = 0
    agent.socket.on('ping', () => (pings += 1))
    await expect.poll(() => pings).toBeGreaterThan(1)
    shared.clock.advance(59)
    const before = pings
    await expect.poll(() => pings).toBeGreaterThan(before + 1)
    shared.clock.advance(30)
    expect(await node.channel.isOnline(terminal.terminal.id)).toBe(true)
    expect(agent.socket.readyState).toBe(agent.socket.OPEN)
  })
})

describe('what an agent says', () => {
  it('is handed on in order', async () => {
    const node = await startNode()
    const agent = await connect(node, terminal)
    const challengeId = await ask(node, agent)
    const steps = ['waiting-for-card', 'reading', 'signing'] as const
    for (const step of steps) agent.send({ type: 'progress', challengeId, step })
    await expect.poll(() => progress.map(({ step }) => step)).toEqual(steps)
    expect(progress[0]?.challengeId).toBe(challengeId)
  })
  it('is handed on when a card answers, with whatever token came', async () => {
    const node = await startNode()
    const agent = await connect(node, terminal)
    const challengeId = await ask(node, agent)
    const frame = { type: 'auth-token', challengeId, cardUuid, keySlot: '9E', token: [1] }
    agent.send(frame)
    await expect.poll(() => answers).toEqual([frame])
  })
  it('is not heard about a sign-in that another terminal was asked for', async () => {
    const node = await startNode()
    const agent = await connect(node, terminal)
    const challengeId = await ask(node, agent)
    const stranger = await connect(node, enrolled())
    stranger.send({ type: 'progress', challengeId, step: 'pin-blocked' })
    stranger.send({ type: 'auth-token', challengeId, cardUuid, keySlot: '9E', token: {} })
    await pairingAnswered(stranger)
    expect([...progress, ...answers]).toEqual([])
  })
  it('is heard when the answer was under way while a newer sign-in was asked for', async () => {
    const node = await startNode()
    const agent = await connect(node, terminal)
    const challengeId = await ask(node, agent)
    await ask(node, agent)
    agent.send({ type: 'auth-token', challengeId, cardUuid, keySlot: '9E', token: {} })
    await expect.poll(() => answers).toMatchObject([{ challengeId }])
  })
  it('is heard on a new connection about what it was asked on the old one', async () => {
    const [one, other] = await startTwoNodes()
    const challengeId = await ask(one, await connect(one, terminal))
    const again = await connect(other, terminal)
    again.send({ type: 'auth-token', challengeId, cardUuid, keySlot: '9E', token: {} })
    await expect.poll(() => answers).toMatchObject([{ challengeId }])
  })
  it('gets a pairing address for this terminal', async () => {
    const agent = await connect(await startNode(), terminal)
    agent.send({ type: 'pairing-request' })
    expect(await agent.hear('pairing')).toEqual({
      type: 'pairing',
      url: `${origin}/terminal/pair#code-for-${terminal.terminal.id}`,
      expiresInSeconds: 300,
    })
  })
  it('does not end the connection when it could not be dealt with', async () => {
    const onProgress = (frame: Progress) => {
      if (frame.step === 'no-reader') return Promise.reject(new Error('store is away'))
      progress.push(frame)
      return Promise.resolve()
    }
    const node = await startNode({ onProgress })
    const agent = await connect(node, terminal)
    const challengeId = await ask(node, agent)
    agent.send({ type: 'progress', challengeId, step: 'no-reader' })
    agent.send({ type: 'progress', challengeId, step: 'reading' })
    await expect.poll(() => progress.length).toBe(1)
  })
})

describe('two nodes', () => {
  it('both know who is online, until the agent goes', async () => {
    const [one, other] = await startTwoNodes()
    const agent = await connect(one, terminal)
    expect(await onlineAt(one, other)).toEqual([true, true])
    agent.socket.close()
    await expect.poll(() => onlineAt(one, other)).toEqual([false, false])
  })
  it('forget a terminal whose node has died, after a minute', async () => {
    const [one, other] = await startTwoNodes()
    await connect(one, terminal)
    shared.clock.advance(60)
    expect(await other.channel.isOnline(terminal.terminal.id)).toBe(false)
  })
  it.each([0, 1])('bring a sign-in to the agent from node %i', async (index) => {
    const both = await startTwoNodes()
    const agent = await connect(both[0], terminal)
    const request = signInRequest()
    expect(await both[index]?.channel.send(terminal.terminal.id, request)).toBe(true)
    expect(await agent.hear('sign-in')).toEqual(request)
    const cancel = { type: 'cancel', challengeId: request.challengeId } as const
    expect(await both[index]?.channel.send(terminal.terminal.id, cancel)).toBe(true)
    expect(await agent.hear('cancel')).toEqual(cancel)
  })
  it('say that nothing was sent to a terminal that is offline', async () => {
    const [one] = await startTwoNodes()
    expect(await one.channel.send(terminal.terminal.id, signInRequest())).toBe(false)
    const agent = await connect(one, terminal)
    expect(agent.heard.map(({ type }) => type)).toEqual(['hello', 'welcome'])
  })
  it('never bring it to another terminal', async () => {
    const [one, other] = await startTwoNodes()
    const stranger = await connect(one, enrolled())
    const agent = await connect(other, terminal)
    await one.channel.send(terminal.terminal.id, signInRequest())
    await agent.hear('sign-in')
    expect(stranger.heard.map(({ type }) => type)).toEqual(['hello', 'welcome'])
  })
  it.each([
    ['the same node', 0],
    ['the other node', 1],
  ])('end an older connection when the terminal dials %s', async (_, index) => {
    const both = await startTwoNodes()
    const older = await connect(both[0], terminal)
    const newer = await connect(both[index] ?? both[0], terminal)
    expect(await older.ended).toBe(closeCodes.replaced)
    await both[0].channel.send(terminal.terminal.id, signInRequest())
    await newer.hear('sign-in')
    expect(await onlineAt(...both)).toEqual([true, true])
  })
  it('never end a connection for the sake of an earlier one', async () => {
    const [one] = await startTwoNodes()
    const agent = await connect(one, terminal)
    const sinceMs = shared.clock.now().getTime() - 500
    const late = { kind: 'connected', connectionId: cardUuid, sinceMs }
    await shared.bus.publish(`terminal:${terminal.terminal.id}`, JSON.stringify(late))
    await pairingAnswered(agent)
    await one.channel.send(terminal.terminal.id, signInRequest())
    await agent.hear('sign-in')
  })
})

describe('an agent that dials again in the middle of a sign-in', () => {
  it('is asked again, on whichever node', async () => {
    const [one, other] = await startTwoNodes()
    const first = await connect(one, terminal)
    const request = signInRequest()
    await one.channel.send(terminal.terminal.id, request)
    await first.hear('sign-in')
    first.socket.terminate()
    const second = await connect(other, terminal)
    expect(await second.hear('sign-in')).toEqual(request)
  })
  it.each([
    ['its card has answered', { type: 'auth-token', cardUuid, keySlot: '9E', token: {} }],
    ['it has given up', { type: 'progress', step: 'cancelled-at-terminal' }],
  ])('is not asked again when %s', async (_, frame) => {
    const node = await startNode()
    const first = await connect(node, terminal)
    const request = signInRequest()
    await node.channel.send(terminal.terminal.id, request)
    first.send({ ...frame, challengeId: request.challengeId })
    await expect.poll(() => answers.length + progress.length).toBe(1)
    const second = await connect(node, terminal)
    await pairingAnswered(second)
    expect(second.heard.map(({ type }) => type)).toEqual(['hello', 'welcome', 'pairing'])
  })
  it('is not asked again for what has expired', async () => {
    const node = await startNode()
    await connect(node, terminal)
    await node.channel.send(terminal.terminal.id, signInRequest())
    shared.clock.advance(300)
    const second = await connect(node, terminal)
    await pairingAnswered(second)
    expect(second.heard.map(({ type }) => type)).toEqual(['hello', 'welcome', 'pairing'])
  })
})

describe('the end of a connection', () => {
  it('comes at once for a terminal that is withdrawn', async () => {
    const node = await startNode()
    const agent = await connect(node, terminal)
    node.channel.disconnect(terminal.terminal.id, closeCodes.withdrawn)
    expect(await agent.ended).toBe(closeCodes.withdrawn)
    await expect.poll(() => node.channel.isOnline(terminal.terminal.id)).toBe(false)
  })
  it('comes for every terminal when the node stops, and none stays online', async () => {
    const node = await startNode()
    const agent = await connect(node, terminal)
    await node.channel.close()
    expect(await agent.ended).toBe(closeCodes.goingAway)
    expect(await node.channel.isOnline(terminal.terminal.id)).toBe(false)
  })
})

it('a hello is signed for its terminal and no other', async () => {
  const node = await startNode()
  const thief = enrolled()
  const agent = await dial(node)
  const { nonce } = await agent.hear('hello')
  const proof = signHello(thief, { nonce: String(nonce), aud: origin })
  agent.send({ type: 'authenticate', terminalId: terminal.terminal.id, proof })
  expect(await agent.ended).toBe(closeCodes.notAuthenticated)
})

function createShared() {
  const clock = createTestClock()
  return { clock, store: createMemoryStore({ clock }), bus: createMemoryBus() }
}

function enrolled(): TestTerminal {
  const made = createTestTerminal()
  registry.set(made.terminal.id, made.terminal)
  return made
}

async function startNode(over: Partial<TerminalChannelDeps> = {}): Promise<ChannelNode> {
  const node = await startChannelNode({
    issuer: origin,
    ...shared,
    terminals: { find: (id) => Promise.resolve(registry.get(id) ?? null) },
    random: systemRandom,
    log: silentLog,
    createPairingCode: (id) => Promise.resolve({ code: `code-for-${id}`, expiresInSeconds: 300 }),
    onProgress: (frame) => {
      progress.push(frame)
      return Promise.resolve()
    },
    onAuthToken: (frame) => {
      answers.push(frame)
      return Promise.resolve()
    },
    ...over,
  })
  nodes.push(node)
  return node
}

async function startTwoNodes(): Promise<[ChannelNode, ChannelNode]> {
  return [await startNode(), await startNode()]
}

function onlineAt(...both: readonly ChannelNode[]): Promise<boolean[]> {
  return Promise.all(both.map(({ channel }) => channel.isOnline(terminal.terminal.id)))
}

function signInRequest(): SignInRequest {
  return {
    type: 'sign-in',
    challengeId: systemRandom.uuid(),
    nonce: systemRandom.bytes(32).toString('base64'),
    keySlot: '9E',
    application: { vi: 'Quản lý hồ sơ một cửa', en: 'One-stop dossiers' },
    office: null,
    number: '47',
    language: 'vi',
    expiresAt: new Date(shared.clock.now().getTime() + 300_000).toISOString(),
  }
}

/** Asks for a card and waits until the agent has heard it. */
async function ask(node: ChannelNode, agent: TestAgent): Promise<string> {
  const request = signInRequest()
  await node.channel.send(terminal.terminal.id, request)
  await expect.poll(() => agent.heard).toContainEqual(request)
  return request.challengeId
}

/** Everything that was sent before this has arrived when the answer has. */
async function pairingAnswered(agent: TestAgent): Promise<void> {
  agent.send({ type: 'pairing-request' })
  await agent.hear('pairing')
}
