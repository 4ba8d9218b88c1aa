import type { WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { AppError, type Facts } from '../errors.ts'
import type { Log } from '../log.ts'
import {
  closeCodes,
  maxFrameBytes,
  parseAgentFrame,
  type AgentFrame,
  type AuthenticateFrame,
  type CloseCode,
  type ServiceFrame,
  type SignInRequest,
} from './protocol.ts'
import type { Terminal } from './terminal.ts'

/** What we use of a `ws` socket; the HTTP upgrade is not ours. */
export type WebSocketLike = Pick<WebSocket, 'on' | 'send' | 'close' | 'terminate' | 'ping'>

/** The service ends this connection, with a code that the agent acts on. */
export class ChannelRefused extends AppError {
  readonly code = 'CHANNEL_REFUSED'
  readonly closeCode: CloseCode

  constructor(closeCode: CloseCode, facts: Facts = {}) {
    super(`connection ended with ${closeCode}`, facts)
    this.closeCode = closeCode
  }
}

export interface ChannelLimits {
  /** Time from our hello to a proof, in milliseconds. Default 10,000. */
  readonly authenticateWithinMs: number
  /** Between two pings, in milliseconds; also how often presence is refreshed. Default 20,000. */
  readonly heartbeatMs: number
  /** A connection that leaves this many pings in a row unanswered is dead. Default 3. */
  readonly unansweredPings: number
  /** More frames than this in one second end the connection. Default 50. */
  readonly framesPerSecond: number
}

export const defaultChannelLimits: ChannelLimits = {
  authenticateWithinMs: 10_000,
  heartbeatMs: 20_000,
  unansweredPings: 3,
  framesPerSecond: 50,
}

/** More than one person can ask for at one terminal while an answer travels. */
const maxAskedSignIns = 8

/** What the channel does with a connection; each is called after the one before has finished. */
export interface ConnectionOwner {
  /** @throws ChannelRefused */
  prove(frame: AuthenticateFrame, nonce: string): Promise<Terminal>
  /** The terminal is who it says. @throws ChannelRefused */
  opened(connection: TerminalConnection, terminal: Terminal): Promise<void>
  received(connection: TerminalConnection, terminal: Terminal, frame: AgentFrame): Promise<void>
  beat(connection: TerminalConnection, terminal: Terminal): Promise<void>
  /** Called once, for a connection that was opened or was about to be. */
  closed(connection: TerminalConnection, terminal: Terminal): Promise<void>
}

interface ConnectionOptions {
  readonly id: string
  /** base64 of 32 bytes, for this connection alone. */
  readonly nonce: string
  readonly issuer: string
  readonly limits: ChannelLimits
  readonly clock: Clock
  readonly log: Log
}

/**
 * One socket from hello to close: limits, order of frames, heartbeat. It knows neither other
 * connections nor stores.
 */
export class TerminalConnection {
  readonly id: string
  /** When the socket was accepted, in milliseconds; of two connections the later one stays. */
  readonly sinceMs: number
  /** Set once the terminal was welcomed; before that it is sent nothing but our hello. */
  isWelcome = false
  readonly #socket: WebSocketLike
  readonly #owner: ConnectionOwner
  readonly #options: ConnectionOptions
  readonly #deadline: NodeJS.Timeout
  readonly #heartbeat: NodeJS.Timeout
  /** The proof of this connection's nonce is heard once: a second one is a fault, right or wrong. */
  #isChallenged = true
  #isEnded = false
  #terminal: Terminal | null = null
  #unansweredPings = 0
  #framesInSecond = { startedAt: 0, count: 0 }
  /** The challenges of the sign-ins that were asked for lately, the newest last. */
  #asked: readonly string[] = []
  #work: Promise<void> = Promise.resolve()

  constructor(socket: WebSocketLike, owner: ConnectionOwner, options: ConnectionOptions) {
    this.id = options.id
    this.sinceMs = options.clock.now().getTime()
    this.#socket = socket
    this.#owner = owner
    this.#options = options
    const { authenticateWithinMs, heartbeatMs } = options.limits
    this.#deadline = setTimeout(() => {
      this.end(closeCodes.tooSlow)
    }, authenticateWithinMs)
    this.#heartbeat = setInterval(() => {
      this.#beat()
    }, heartbeatMs)
    this.#listen()
    this.send({ type: 'hello', nonce: options.nonce, issuer: options.issuer })
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  send(frame: ServiceFrame): void {
    if (!this.#isEnded) this.#socket.send(JSON.stringify(frame))
  }

  /** Sends a frame that is answered by one: what was asked for does not count as too much. */
  request(frame: ServiceFrame): void {
    this.#framesInSecond.count -= 1
    this.send(frame)
  }

  /** Asks for a card, unless that is what was asked for last. */
  ask(request: SignInRequest): void {
    if (this.#asked.at(-1) === request.challengeId) return
    this.#asked = [...this.#asked, request.challengeId].slice(-maxAskedSignIns)
    this.send(request)
  }

  /** An answer may still be under way when a newer sign-in is asked for. */
  wasAsked(challengeId: string): boolean {
    return this.#asked.includes(challengeId)
  }

  /** Ends the connection; everything it held is given back. Harmless when repeated. */
  end(code: CloseCode): void {
    if (this.#isEnded) return
    this.#socket.close(code)
    this.#finish(code)
  }

  /** Resolves when all work that was begun for this connection is done. */
  async settled(): Promise<void> {
    await this.#work
  }

  #listen(): void {
    this.#socket.on('message', (data, isBinary) => {
      this.#accept(isBinary || !Buffer.isBuffer(data) ? null : data)
    })
    this.#socket.on('pong', () => {
      this.#unansweredPings = 0
    })
    this.#socket.on('close', (code) => {
      this.#finish(code)
    })
    this.#socket.on('error', (error) => {
      this.#options.log.info('terminal.socket-failed', { ...this.#facts(), error: error.name })
    })
  }

  #accept(data: Buffer | null): void {
    if (this.#isEnded) return
    this.#unansweredPings = 0
    if (this.#isTooFast()) {
      this.end(closeCodes.tooMany)
      return
    }
    const isReadable = data !== null && data.length <= maxFrameBytes
    const frame = isReadable ? parseAgentFrame(data.toString('utf8')) : null
    if (frame === null) this.end(closeCodes.malformed)
    else this.#enqueue(() => this.#handle(frame))
  }

  async #handle(frame: AgentFrame): Promise<void> {
    if (this.#isEnded) return
    if (frame.type === 'authenticate') await this.#authenticate(frame)
    else if (this.#terminal === null) throw new ChannelRefused(closeCodes.notAuthenticated)
    else await this.#owner.received(this, this.#terminal, frame)
  }

  async #authenticate(frame: AuthenticateFrame): Promise<void> {
    if (!this.#isChallenged) throw new ChannelRefused(closeCodes.malformed)
    this.#isChallenged = false
    const terminal = await this.#owner.prove(frame, this.#options.nonce)
    if (this.isEnded) return
    clearTimeout(this.#deadline)
    this.#terminal = terminal
    await this.#owner.opened(this, terminal)
  }

  /** One frame at a time and in order; a fault before the welcome ends the connection. */
  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      if (error instanceof ChannelRefused) {
        this.end(error.closeCode)
        return
      }
      this.#options.log.error('terminal.frame-failed', error, this.#facts())
      if (!this.isWelcome) this.end(closeCodes.unavailable)
    })
  }

  #beat(): void {
    if (this.#unansweredPings >= this.#options.limits.unansweredPings) {
      this.#socket.terminate()
      this.#finish(null)
      return
    }
    this.#unansweredPings += 1
    this.#socket.ping()
    const terminal = this.#terminal
    if (terminal !== null) this.#enqueue(() => this.#owner.beat(this, terminal))
  }

  #finish(code: number | null): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#deadline)
    clearInterval(this.#heartbeat)
    this.#options.log.info('terminal.disconnected', { ...this.#facts(), closeCode: code })
    // Behind whatever is still under way, so that nothing is acquired after it was given back.
    this.#enqueue(async () => {
      if (this.#terminal !== null) await this.#owner.closed(this, this.#terminal)
    })
  }

  #isTooFast(): boolean {
    const now = this.#options.clock.now().getTime()
    const isNewSecond = now - this.#framesInSecond.startedAt >= 1000
    if (isNewSecond) this.#framesInSecond = { startedAt: now, count: 0 }
    this.#framesInSecond.count += 1
    return this.#framesInSecond.count > this.#options.limits.framesPerSecond
  }

  #facts(): Facts {
    return { connectionId: this.id, terminalId: this.#terminal?.id ?? null }
  }
}
