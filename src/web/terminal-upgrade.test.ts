import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { WebSocketLike } from '../terminals/terminal-connection.ts'
import { startWeb, type WebUnderTest } from './test-support/web-under-test.ts'
import { attachTerminalChannel } from './terminal-upgrade.ts'

const subprotocol = 'ecard-terminal.v1'
let web: WebUnderTest

afterEach(() => web.close())

it('hands an agent’s socket to the channel, with the subprotocol agreed', async () => {
  const { accepted, url } = await attach()
  const agent = new WebSocket(`${url}/terminal/channel`, subprotocol)
  const [greeting] = (await once(agent, 'message')) as [Buffer]
  expect(greeting.toString()).toBe('hello')
  expect(agent.protocol).toBe(subprotocol)
  expect(accepted).toHaveLength(1)
  agent.terminate()
})

it.each([
  [
    'a web page, by its Origin',
    '/terminal/channel',
    subprotocol,
    { origin: 'http://evil.example' },
    403,
  ],
  ['an agent that speaks another protocol', '/terminal/channel', 'other.v1', {}, 400],
  ['another path', '/terminal/else', subprotocol, {}, 404],
] as const)('refuses %s', async (_what, path, protocol, options, status) => {
  const { accepted, url } = await attach()
  const socket = new WebSocket(url + path, protocol, options)
  const [error] = (await once(socket, 'error')) as [Error]
  expect(error.message).toBe(`Unexpected server response: ${status}`)
  expect(accepted).toEqual([])
})

it.each([
  ['more than its network may open', () => Promise.resolve(false), 429],
  ['while nobody can tell how many', () => Promise.reject(new Error('away')), 503],
])('refuses an agent %s', async (_what, mayOpen, status) => {
  const { accepted, url } = await attach(mayOpen)
  const socket = new WebSocket(`${url}/terminal/channel`, subprotocol)
  const [error] = (await once(socket, 'error')) as [Error]
  expect(error.message).toBe(`Unexpected server response: ${status}`)
  expect(accepted).toEqual([])
})

async function attach(
  mayOpen = () => Promise.resolve(true),
): Promise<{ accepted: WebSocketLike[]; url: string }> {
  web = await startWeb()
  const accepted: WebSocketLike[] = []
  const accept = (socket: WebSocketLike): void => {
    accepted.push(socket)
    socket.send('hello')
  }
  attachTerminalChannel(web.server, { accept }, mayOpen)
  return { accepted, url: web.url.replace('http', 'ws') }
}
