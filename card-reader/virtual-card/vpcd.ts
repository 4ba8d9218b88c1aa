import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { PulledAway } from './faults.ts'
import type { VirtualCard } from './virtual-card.ts'

/** Control codes of the virtual reader: messages of one byte. */
const controls = { powerOff: 0x00, powerOn: 0x01, reset: 0x02, giveAtr: 0x04 } as const

const usualPort = 35963
const retryMs = 200
/** The answer when the card cannot carry a command out at all, its file not writable for one. */
const internalError = Buffer.of(0x6f, 0x00)

export interface VpcdOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** The slot: 35963 is the first of the virtual reader, 35964 the second. */
  readonly port?: number
  /** Called with what happens, for people: connected, waiting for the reader, pulled away. */
  readonly onEvent?: (event: VpcdEvent) => void
}

export type VpcdEvent = 'connected' | 'waiting-for-reader' | 'pulled-away' | 'command-failed'

/** A slot of the virtual reader of vsmartcard, as pcscd loads it: to PC/SC a real reader. */
export interface VpcdSlot {
  /** Presents a card and keeps it there, through restarts of pcscd. Resolves when it is in. */
  insert(card: VirtualCard): Promise<void>
  /** Takes the card away; resolves when the connection is closed. */
  remove(): Promise<void>
  /** Whether the reader has the card now. */
  readonly connected: boolean
}

/** Connects nothing until a card is inserted. */
export function createVpcdSlot(options: VpcdOptions = {}): VpcdSlot {
  let attachment: Attachment | null = null
  return {
    get connected() {
      return attachment?.connected ?? false
    },
    async insert(card) {
      const left = attachment?.end() ?? Promise.resolve()
      const next = new Attachment(card, { ...options, after: left })
      attachment = next
      await next.firstConnected
    },
    async remove() {
      const leaving = attachment
      attachment = null
      await leaving?.end()
    },
  }
}

interface AttachmentOptions extends VpcdOptions {
  /** A slot holds one card: the one before has to be out first. */
  readonly after: Promise<void>
}

/** One presented card: connects, serves, and connects again until it is ended or pulled away. */
class Attachment {
  readonly firstConnected: Promise<void>
  readonly #card: VirtualCard
  readonly #options: AttachmentOptions
  readonly #ended = new AbortController()
  readonly #running: Promise<void>
  #noteFirst: () => void = () => undefined
  #socket: Socket | null = null
  connected = false

  constructor(card: VirtualCard, options: AttachmentOptions) {
    this.#card = card
    this.#options = options
    this.firstConnected = new Promise((resolve) => {
      this.#noteFirst = resolve
    })
    this.#running = this.#run()
  }

  async end(): Promise<void> {
    this.#leave()
    await this.#running
    this.#noteFirst()
  }

  #leave(): void {
    this.#ended.abort()
    this.#socket?.destroy()
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended
    await this.#options.after
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const served = await this.#serveOnce()
      if (served) attempt = 0
      if (attempt === 1) this.#options.onEvent?.('waiting-for-reader')
      await delay(retryMs, undefined, { signal }).catch(() => undefined)
    }
    this.#card.powerOff()
  }

  /** Resolves when the connection has ended; whether there was one. */
  async #serveOnce(): Promise<boolean> {
    const { host = '127.0.0.1', port = usualPort } = this.#options
    const socket = connect({ host, port, noDelay: true })
    this.#socket = socket
    return new Promise((resolve) => {
      socket.on('connect', () => {
        this.#begin(socket)
      })
      // The reader goes away with pcscd; 'close' follows and leads to the next attempt.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        resolve(this.connected)
        this.connected = false
        this.#card.powerOff()
      })
    })
  }

  #begin(socket: Socket): void {
    this.connected = true
    const messages = new MessageReader((message) => this.#answer(socket, message))
    socket.on('data', (bytes) => {
      messages.take(bytes)
    })
    this.#options.onEvent?.('connected')
    this.#noteFirst()
  }

  /** One after the other, so that a slow answer is never overtaken. */
  async #answer(socket: Socket, message: Buffer): Promise<void> {
    const answer =
      message.length === 1 ? this.#control(message) : await this.#command(socket, message)
    if (answer !== null && socket.writable) socket.write(withLength(answer))
  }

  #control(message: Buffer): Buffer | null {
    const [code] = message
    if (code === controls.giveAtr) return this.#card.atr
    if (code === controls.powerOff) this.#card.powerOff()
    if (code === controls.powerOn || code === controls.reset) this.#card.reset()
    return null
  }

  async #command(socket: Socket, apdu: Buffer): Promise<Buffer | null> {
    const { signal } = this.#ended
    if (this.#card.faults.delayMs > 0) {
      await delay(this.#card.faults.delayMs, undefined, { signal }).catch(() => undefined)
    }
    // Who asked may be gone: what it asked for is then not done.
    if (signal.aborted || socket.destroyed) return null
    try {
      return this.#card.transmit(apdu)
    } catch (error) {
      return this.#failed(error)
    }
  }

  #failed(error: unknown): Buffer | null {
    if (!(error instanceof PulledAway)) {
      this.#options.onEvent?.('command-failed')
      return internalError
    }
    this.#options.onEvent?.('pulled-away')
    this.#leave()
    return null
  }
}

/** Cuts the byte stream into messages: two bytes of length, then that many bytes. */
class MessageReader {
  readonly #answer: (message: Buffer) => Promise<void>
  #buffered: Buffer = Buffer.alloc(0)
  #turn: Promise<void> = Promise.resolve()

  constructor(answer: (message: Buffer) => Promise<void>) {
    this.#answer = answer
  }

  take(bytes: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, bytes])
    while (this.#buffered.length >= 2) {
      const end = 2 + this.#buffered.readUInt16BE(0)
      if (this.#buffered.length < end) return
      const message = this.#buffered.subarray(2, end)
      this.#buffered = this.#buffered.subarray(end)
      this.#turn = this.#turn.then(() => this.#answer(message))
    }
  }
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}
