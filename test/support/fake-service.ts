import { randomBytes, randomUUID, verify, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'

/** A frame that an agent sent; tests look into it by name. */
export type Frame = Readonly<Record<string, unknown>>

/**
 * A stand-in for the service's end of the terminal channel: a real WebSocket server on loopback
 * that says hello, welcomes whoever signs with the terminal's key, and keeps what it hears.
 */
export interface FakeService {
  /** The origin, as a terminal pins it. It stays the same over a restart. */
  readonly issuer: string
  readonly heard: Frame[]
  /** How many connections were welcomed. */
  readonly welcomed: number
  send(frame: unknown): void
  sendText(text: string): void
  /** Sends a sign-in request; returns it. */
  ask(request?: Partial<SignInFrame>): SignInFrame
  ping(): void
  /** How many pings were answered. */
  readonly pongs: number
  /** Ends the connections with this code. */
  hangUp(code: number): void
  stop(): Promise<void>
  start(): Promise<void>
}

export interface SignInFrame {
  readonly type: 'sign-in'
  readonly challengeId: string
  readonly nonce: string
  readonly keySlot: '9A' | '9E'
  readonly application: { readonly vi: string; readonly en: string }
  readonly office: null
  readonly number: string
  readonly language: 'vi' | 'en'
  readonly expiresAt: string
}

export interface FakeServiceOptions {
  /** The key whose signature is welcomed. */
  readonly terminalKey: KeyObject
  /** What the hello calls the issuer; default its own origin. */
  readonly claimedIssuer?: string
  /** Default true; false leaves the agent waiting for a welcome. */
  readonly welcomes?: boolean
  /** The time that requests are given from; they expire 5 minutes later. */
  readonly now: Date
}

export async function startFakeService(options: FakeServiceOptions): Promise<FakeService> {
  const heard: Frame[] = []
  const sockets = new Set<WebSocket>()
  let http: Server | null = null
  let port = 0
  let welcomed = 0
  let pongs = 0
  const accept = (socket: WebSocket): void => {
    const nonce = randomBytes(32).toString('base64')
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('pong', () => (pongs += 1))
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as Frame
      heard.push(frame)
      if (frame['type'] !== 'authenticate' || options.welcomes === false) return
      const claims = readClaims(String(frame['proof']), options.terminalKey)
      if (claims?.['nonce'] !== nonce || claims['aud'] !== issuerAt(port)) {
        socket.close(4401)
        return
      }
      welcomed += 1
      const terminal = { id: String(frame['terminalId']), name: 'Quầy số 3', mode: 'managed' }
      socket.send(JSON.stringify({ type: 'welcome', terminal }))
    })
    const issuer = options.claimedIssuer ?? issuerAt(port)
    socket.send(JSON.stringify({ type: 'hello', nonce, issuer }))
  }
  const start = async (): Promise<void> => {
    const server = createServer()
    const upgrades = new WebSocketServer({ server, path: '/terminal/channel' })
    upgrades.on('connection', accept)
    server.listen({ port, host: '127.0.0.1' })
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    http = server
  }
  const sendText = (text: string): void => {
    for (const socket of sockets) socket.send(text)
  }
  await start()
  return {
    issuer: issuerAt(port),
    heard,
    get welcomed() {
      return welcomed
    },
    get pongs() {
      return pongs
    },
    send: (frame) => {
      sendText(JSON.stringify(frame))
    },
    sendText,
    ask: (request = {}) => {
      const frame = { ...signInFrame(options.now), ...request }
      sendText(JSON.stringify(frame))
      return frame
    },
    ping: () => {
      for (const socket of sockets) socket.ping()
    },
    hangUp: (code) => {
      for (const socket of sockets) socket.close(code)
    },
    start,
    stop: async () => {
      const server = http
      http = null
      if (server === null) return
      for (const socket of sockets) socket.terminate()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function issuerAt(port: number): string {
  return `http://127.0.0.1:${port}`
}

function signInFrame(now: Date): SignInFrame {
  return {
    type: 'sign-in',
    challengeId: randomUUID(),
    nonce: randomBytes(32).toString('base64'),
    keySlot: '9E',
    application: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    office: null,
    number: '47',
    language: 'vi',
    expiresAt: new Date(now.getTime() + 300_000).toISOString(),
  }
}

/** The claims of a compact JWS that this P-256 key signed, or null. */
export function readClaims(jws: string, key: KeyObject): Frame | null {
  const [header = '', payload = '', signature = ''] = jws.split('.')
  const signed = Buffer.from(`${header}.${payload}`)
  const raw = Buffer.from(signature, 'base64url')
  const isRight = verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, raw)
  return isRight ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Frame) : null
}
