import type { Clock } from '../clock.ts'
import type { ExpiringStore } from '../db/expiring-store.ts'
import type { MessageBus } from '../db/message-bus.ts'
import type { Log } from '../log.ts'
import type { Random } from '../random.ts'
import type { DeskAgentFrame } from './desk-protocol.ts'
import {
  closeCodes,
  finalSteps,
  type AgentFrame,
  type AuthenticateFrame,
  type CancelRequest,
  type CloseCode,
  type Progress,
  type ReceivedAuthToken,
  type ReadersFrame,
  type SignInRequest,
} from './protocol.ts'
import {
  ChannelRefused,
  defaultChannelLimits,
  TerminalConnection,
  type ChannelLimits,
  type ConnectionOwner,
  type WebSocketLike,
} from './terminal-connection.ts'
import type { TerminalGuest, TerminalLine } from './terminal-guest.ts'
import { createTerminalPresence } from './terminal-presence.ts'
import { checkTerminalHello, TerminalSignatureRefused } from './terminal-signature.ts'
import type { Terminal } from './terminal.ts'

/**
 * The service's end of the channel that agents dial, on one node of possibly several: who is
 * connected, and the way to whoever holds the connection. It carries card answers and judges none.
 */
export interface TerminalChannel {
  /** Takes over an upgraded socket, greets it and hears it until it ends. */
  accept(socket: WebSocketLike): void
  /** Whether any node holds a connection of this terminal. */
  isOnline(terminalId: string): Promise<boolean>
  /**
   * Hands `message` to the terminal, wherever it is connected; a sign-in is repeated should the
   * agent reconnect before it has answered. false: the terminal is offline and nothing was sent.
   */
  send(terminalId: string, message: SignInRequest | CancelRequest): Promise<boolean>
  /** Ends the connection that this node holds, if it does; every node hears of a withdrawal. */
  disconnect(terminalId: string, code: CloseCode): void
  /** Ends every connection and waits until all they held is given back. */
  close(): Promise<void>
}

export interface TerminalChannelDeps {
  readonly issuer: string
  readonly store: ExpiringStore
  readonly bus: MessageBus
  readonly terminals: { find(terminalId: string): Promise<Terminal | null> }
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly createPairingCode: (
    terminalId: string,
  ) => Promise<{ code: string; expiresInSeconds: number }>
  /** A step of the sign-in that this terminal was asked for. */
  readonly onProgress: (progress: Progress) => Promise<void>
  /** The card's answer to the sign-in that this terminal was asked for. */
  readonly onAuthToken: (received: ReceivedAuthToken) => Promise<void>
  readonly limits?: Partial<ChannelLimits>
  /** Told of connections and of what is no sign-in's. Default: none. */
  readonly guests?: readonly TerminalGuest[]
}

/** What nodes tell each other about one terminal, on the bus channel `terminal:<id>`. */
type NodeMessage =
  | { readonly kind: 'frame'; readonly frame: SignInRequest | CancelRequest }
  | { readonly kind: 'connected'; readonly connectionId: string; readonly sinceMs: number }

export function createTerminalChannel(deps: TerminalChannelDeps): TerminalChannel {
  const presence = createTerminalPresence(deps.store)
  const limits = { ...defaultChannelLimits, ...deps.limits }
  const all = new Set<TerminalConnection>()
  const byTerminal = new Map<string, TerminalConnection>()
  const unsubscribes = new Map<TerminalConnection, () => Promise<void>>()
  const lines = new Map<TerminalConnection, TerminalLine>()
  const guests = deps.guests ?? []

  const owner: ConnectionOwner = {
    prove: (frame, nonce) => proveTerminal(deps, frame, nonce),
    opened: openConnection,
    received: receiveFrame,
    beat: (connection, terminal) => presence.appear(terminal.id, connection.id),
    closed: closeConnection,
  }

  async function openConnection(connection: TerminalConnection, terminal: Terminal): Promise<void> {
    byTerminal.get(terminal.id)?.end(closeCodes.replaced)
    byTerminal.set(terminal.id, connection)
    const topic = topicOf(terminal.id)
    const unsubscribe = await deps.bus.subscribe(topic, (text) => {
      hear(connection, JSON.parse(text) as NodeMessage)
    })
    unsubscribes.set(connection, unsubscribe)
    await presence.appear(terminal.id, connection.id)
    await publish(terminal.id, {
      kind: 'connected',
      connectionId: connection.id,
      sinceMs: connection.sinceMs,
    })
    // Asked again now that `disconnect` finds this connection: a withdrawal between the proof and
    // this line would otherwise leave a withdrawn terminal connected.
    checkIsActive(await deps.terminals.find(terminal.id))
    const pending = await presence.pending(terminal.id)
    const { id, name, mode } = terminal
    connection.send({ type: 'welcome', terminal: { id, name, mode } })
    connection.isWelcome = true
    deps.log.info('terminal.connected', { terminalId: id, connectionId: connection.id })
    if (pending !== null) deliver(connection, pending)
    const line = lineOf(connection, terminal)
    lines.set(connection, line)
    for (const guest of guests) guest.opened(line)
  }

  function hear(connection: TerminalConnection, message: NodeMessage): void {
    if (message.kind === 'frame') deliver(connection, message.frame)
    else if (isSucceededBy(connection, message)) connection.end(closeCodes.replaced)
  }

  /** What comes before the welcome is not lost: a pending sign-in is read once more with it. */
  function deliver(connection: TerminalConnection, frame: SignInRequest | CancelRequest): void {
    if (!connection.isWelcome) return
    if (frame.type === 'sign-in') connection.ask(frame)
    else connection.send(frame)
  }

  async function receiveFrame(
    connection: TerminalConnection,
    terminal: Terminal,
    frame: AgentFrame,
  ): Promise<void> {
    switch (frame.type) {
      case 'progress':
        if (!isAsked(connection, terminal, frame)) return
        if (finalSteps.has(frame.step)) await presence.forgetPending(terminal.id)
        return deps.onProgress(frame)
      case 'auth-token':
        if (!isAsked(connection, terminal, frame)) return
        await Promise.all([presence.forgetPending(terminal.id), deps.onAuthToken(frame)])
        return
      case 'pairing-request': {
        const { code, expiresInSeconds } = await deps.createPairingCode(terminal.id)
        const url = `${deps.issuer}/terminal/pair#${code}`
        connection.send({ type: 'pairing', url, expiresInSeconds })
        return
      }
      case 'readers': {
        const withCard = frame.readers.filter(({ cardPresent }) => cardPresent).length
        const readers = frame.readers.length
        deps.log.debug('terminal.readers', { terminalId: terminal.id, readers, withCard })
        tellGuests(connection, frame)
        return
      }
      case 'desk-opened':
      case 'desk-refused':
      case 'desk-answer':
      case 'desk-alive':
      case 'desk-closed':
        tellGuests(connection, frame)
        return
      case 'authenticate':
        throw new ChannelRefused(closeCodes.malformed, { terminalId: terminal.id })
    }
  }

  function tellGuests(connection: TerminalConnection, frame: DeskAgentFrame | ReadersFrame): void {
    const line = lines.get(connection)
    if (line !== undefined) for (const guest of guests) guest.heard(line, frame)
  }

  /**
   * A terminal is heard about sign-ins that it was asked for, and about no others. What is pending
   * is asked again on a new connection, so its own memory is enough.
   */
  function isAsked(
    connection: TerminalConnection,
    { id: terminalId }: Terminal,
    { challengeId }: Progress | ReceivedAuthToken,
  ): boolean {
    if (connection.wasAsked(challengeId)) return true
    deps.log.warn('terminal.not-asked', { terminalId, challengeId })
    return false
  }

  async function closeConnection(
    connection: TerminalConnection,
    terminal: Terminal,
  ): Promise<void> {
    if (byTerminal.get(terminal.id) === connection) byTerminal.delete(terminal.id)
    const unsubscribe = unsubscribes.get(connection)
    unsubscribes.delete(connection)
    const line = lines.get(connection)
    lines.delete(connection)
    if (line !== undefined) for (const guest of guests) guest.closed(line)
    await Promise.all([unsubscribe?.(), presence.leave(terminal.id, connection.id)])
  }

  function publish(terminalId: string, message: NodeMessage): Promise<void> {
    return deps.bus.publish(topicOf(terminalId), JSON.stringify(message))
  }

  return {
    accept(socket) {
      const nonce = deps.random.bytes(32).toString('base64')
      const { issuer, clock, log } = deps
      const id = deps.random.uuid()
      const options = { id, nonce, issuer, limits, clock, log }
      const connection = new TerminalConnection(socket, owner, options)
      all.add(connection)
      socket.on('close', () => {
        void connection.settled().then(() => all.delete(connection))
      })
    },
    isOnline: (terminalId) => presence.isOnline(terminalId),
    async send(terminalId, message) {
      const local = byTerminal.get(terminalId)
      const isHere = local?.isWelcome === true && !local.isEnded
      if (!isHere && !(await presence.isOnline(terminalId))) return false
      if (message.type === 'sign-in') await keepPending(terminalId, message)
      else await presence.forgetPending(terminalId)
      if (isHere) deliver(local, message)
      else await publish(terminalId, { kind: 'frame', frame: message })
      return true
    },
    disconnect: (terminalId, code) => byTerminal.get(terminalId)?.end(code),
    async close() {
      const open = [...all]
      for (const connection of open) connection.end(closeCodes.goingAway)
      await Promise.all(open.map((connection) => connection.settled()))
    },
  }

  function keepPending(terminalId: string, request: SignInRequest): Promise<void> {
    const millisecondsLeft = Date.parse(request.expiresAt) - deps.clock.now().getTime()
    const ttlSeconds = Math.max(1, Math.ceil(millisecondsLeft / 1000))
    return presence.keepPending(terminalId, request, ttlSeconds)
  }
}

function lineOf(connection: TerminalConnection, terminal: Terminal): TerminalLine {
  return {
    connectionId: connection.id,
    terminal,
    send: (frame) => {
      connection.request(frame)
    },
  }
}

/** State is told only to whoever holds the terminal's key. */
async function proveTerminal(
  deps: Pick<TerminalChannelDeps, 'terminals' | 'issuer'>,
  frame: AuthenticateFrame,
  nonce: string,
): Promise<Terminal> {
  const terminal = await deps.terminals.find(frame.terminalId)
  if (terminal === null) {
    throw new ChannelRefused(closeCodes.notAuthenticated, { terminalId: frame.terminalId })
  }
  try {
    checkTerminalHello(terminal, frame.proof, { issuer: deps.issuer, nonce })
  } catch (error) {
    if (!(error instanceof TerminalSignatureRefused)) throw error
    throw new ChannelRefused(closeCodes.notAuthenticated, { terminalId: terminal.id })
  }
  return checkIsActive(terminal)
}

function checkIsActive(terminal: Terminal | null): Terminal {
  if (terminal?.state === 'active') return terminal
  throw new ChannelRefused(closeCodes.withdrawn, { terminalId: terminal?.id ?? null })
}

/**
 * An agent whose connection was replaced stops for good, so an earlier connection's message that
 * comes late must not end the later one.
 */
function isSucceededBy(
  connection: TerminalConnection,
  other: { readonly connectionId: string; readonly sinceMs: number },
): boolean {
  return other.connectionId !== connection.id && other.sinceMs >= connection.sinceMs
}

function topicOf(terminalId: string): string {
  return `terminal:${terminalId}`
}
