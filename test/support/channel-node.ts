import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import {
  createTerminalChannel,
  type TerminalChannel,
  type TerminalChannelDeps,
} from '../../src/terminals/channel.ts'
import { channelSubprotocol, maxFrameBytes } from '../../src/terminals/protocol.ts'
import { signHello, type TestTerminal } from './test-terminal.ts'

/** One node of the service that does nothing but hold channels, on a loopback port. */
export interface ChannelNode {
  readonly channel: TerminalChannel
  readonly url: string
  close(): Promise<void>
}

export async function startChannelNode(deps: TerminalChannelDeps): Promise<ChannelNode> {
  const channel = createTerminalChannel(deps)
  const server = createServer()
  const sockets = new WebSocketServer({ server, maxPayload: maxFrameBytes })
  sockets.on('connection', (socket) => {
    channel.accept(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    channel,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await channel.close()
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.close()
      await once(server, 'close')
    },
  }
}

type Frame = Readonly<Record<string, unknown>> & { readonly type: string }

/** An agent's end of the channel: what it heard, and how it ended. */
export interface TestAgent {
  readonly socket: WebSocket
  readonly heard: readonly Frame[]
  /** The next frame of this type, or the one that has come already. */
  hear(type: string): Promise<Frame>
  send(frame: unknown): void
  /** The close code. */
  readonly ended: Promise<number>
}

export async function dial(
  { url }: Pick<ChannelNode, 'url'>,
  options: { readonly autoPong?: boolean } = {},
): Promise<TestAgent> {
  const socket = new WebSocket(url, [channelSubprotocol], { autoPong: options.autoPong ?? true })
  const heard: Frame[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data) => {
    heard.push(JSON.parse((data as Buffer).toString()) as Frame)
    for (const wake of waiting.splice(0)) wake()
  })
  socket.on('error', () => undefined)
  const ended = new Promise<number>((resolve) => {
    socket.on('close', resolve)
  })
  const hear = async (type: string): Promise<Frame> => {
    for (;;) {
      const frame = heard.find((one) => one.type === type)
      if (frame !== undefined) return frame
      const woken = new Promise<null>((resolve) =>
        waiting.push(() => {
          resolve(null)
        }),
      )
      const code = await Promise.race([woken, ended])
      if (code !== null) throw new Error(`ended with ${code} before "${type}"`)
    }
  }
  await once(socket, 'open')
  return {
    socket,
    heard,
    hear,
    send: (frame) => {
      socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    },
    ended,
  }
}

/** Proves the terminal's key; does not wait for the answer. */
export async function authenticate(
  agent: TestAgent,
  terminal: TestTerminal,
  bend: { readonly nonce?: string; readonly aud?: string; readonly header?: object } = {},
): Promise<void> {
  const { nonce, issuer } = await agent.hear('hello')
  const claims = { nonce: bend.nonce ?? String(nonce), aud: bend.aud ?? String(issuer) }
  const proof = signHello(terminal, claims, { ...bend.header })
  agent.send({ type: 'authenticate', terminalId: terminal.terminal.id, proof })
}

export async function connect(node: ChannelNode, terminal: TestTerminal): Promise<TestAgent> {
  const agent = await dial(node)
  await authenticate(agent, terminal)
  await agent.hear('welcome')
  return agent
}
