import { WebSocket, type RawData } from 'ws'
import { describeError, type Log } from './log.ts'
import {
  maxFrameBytes,
  parseServiceFrame,
  subprotocol,
  type AgentFrame,
  type ServiceFrame,
} from './protocol.ts'
import type { TerminalKey } from './terminal-key.ts'

export interface ConnectionOptions {
  readonly url: string
  readonly terminalId: string
  readonly issuer: string
  readonly key: TerminalKey
  readonly log: Log
  readonly timing: { readonly handshakeMs: number; readonly silenceMs: number }
  readonly signal: AbortSignal
  /** The service knows this terminal; `send` works until the connection ends. */
  readonly onWelcome: (send: (frame: AgentFrame) => void) => void
  readonly onFrame: (frame: ServiceFrame) => void
}

export interface ConnectionEnd {
  /** The close code, 1006 where there was none (RFC 6455 §7.1.5). */
  readonly code: number
  readonly wasWelcome: boolean
}

const normalClosure = 1000
/** A service that does not answer a close within this time is not waited for. */
const closeMs = 1000

/** One connection, from dialling to its end. Never rejects: an end is an end. */
export function connect(options: ConnectionOptions): Promise<ConnectionEnd> {
  const { log, timing, signal } = options
  if (signal.aborted) return Promise.resolve({ code: normalClosure, wasWelcome: false })
  const socket = new WebSocket(options.url, [subprotocol], {
    handshakeTimeout: timing.handshakeMs,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  })
  const talk = converse(socket, options)
  const giveUp = setTimeout(() => {
    socket.terminate()
  }, timing.handshakeMs)
  const silence = setTimeout(() => {
    log.warn('channel.silent', { silenceMs: timing.silenceMs })
    socket.terminate()
  }, timing.silenceMs)
  const hangUp = (): void => {
    socket.close(normalClosure)
    setTimeout(() => {
      socket.terminate()
    }, closeMs).unref()
  }
  signal.addEventListener('abort', hangUp, { once: true })
  socket.on('ping', () => silence.refresh())
  socket.on('message', (data, isBinary) => {
    silence.refresh()
    if (talk.hear(data, isBinary)) clearTimeout(giveUp)
  })
  socket.on('error', (error) => {
    log.debug('channel.error', describeError(error))
  })
  return new Promise((resolve) => {
    socket.on('close', (code) => {
      clearTimeout(giveUp)
      clearTimeout(silence)
      signal.removeEventListener('abort', hangUp)
      resolve({ code, wasWelcome: talk.isWelcome() })
    })
  })
}

interface Conversation {
  /** Takes one frame in; true once the service has welcomed us. */
  hear(data: RawData, isBinary: boolean): boolean
  isWelcome(): boolean
}

/** hello → authenticate → welcome, and then whatever the service sends. */
function converse(socket: WebSocket, options: ConnectionOptions): Conversation {
  let stage: 'new' | 'authenticating' | 'welcome' = 'new'
  const send = (frame: AgentFrame): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
  }
  const handlers = {
    new: (frame: ServiceFrame) => {
      if (frame.type !== 'hello') return
      stage = 'authenticating'
      void authenticate(frame.nonce, send, options)
    },
    authenticating: (frame: ServiceFrame) => {
      if (frame.type !== 'welcome') return
      stage = 'welcome'
      options.onWelcome(send)
    },
    welcome: options.onFrame,
  }
  return {
    hear: (data, isBinary) => {
      const frame = isBinary ? null : parseServiceFrame(textOf(data))
      // Not answered with a close: a service that learns a new kind of frame must not lose us.
      if (frame === null) options.log.warn('channel.frame-ignored')
      else handlers[stage](frame)
      return stage === 'welcome'
    },
    isWelcome: () => stage === 'welcome',
  }
}

async function authenticate(
  nonce: string,
  send: (frame: AgentFrame) => void,
  { terminalId, issuer, key }: ConnectionOptions,
): Promise<void> {
  const proof = await key.signHello(nonce, { terminalId, issuer })
  send({ type: 'authenticate', terminalId, proof })
}

/** `ws` gives a Buffer unless told otherwise; the other forms are for the type's sake. */
function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}
