/**
 * The one WebSocket between this terminal and the service. The agent dials out and listens to
 * nobody: no port of this computer is open, so no web page can knock.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AgentError } from './agent-error.ts'
import { backOffMs, type BackOffLimits } from './back-off.ts'
import { connect, type ConnectionEnd } from './channel-connection.ts'
import { channelUrl } from './issuer.ts'
import type { Log } from './log.ts'
import { closeCodes, type AgentFrame, type ServiceFrame } from './protocol.ts'
import type { Random } from './random.ts'
import type { TerminalKey } from './terminal-key.ts'

export type ChannelState = 'connecting' | 'online' | 'offline' | 'withdrawn' | 'replaced' | 'closed'

export interface ChannelTiming {
  readonly backOff: BackOffLimits
  /** From dialling to the service's welcome. */
  readonly handshakeMs: number
  /** Without a frame or a ping for so long, the connection counts as dead. */
  readonly silenceMs: number
}

export const channelTiming: ChannelTiming = {
  backOff: { minMs: 500, maxMs: 30_000 },
  handshakeMs: 10_000,
  silenceMs: 60_000,
}

export interface ChannelOptions {
  readonly terminalId: string
  /** The origin pinned at enrolment; the proof is addressed to it and to nothing the service says. */
  readonly issuer: string
  readonly key: TerminalKey
  readonly random: Random
  readonly log: Log
  readonly timing: ChannelTiming
  /** After each change; `withdrawn`, `replaced` and `closed` are the last. */
  readonly onState: (state: ChannelState) => void
  /** Frames after the welcome. */
  readonly onFrame: (frame: ServiceFrame) => void
}

export interface Channel {
  state(): ChannelState
  /** False when there is no connection to send over. True says that it went out, not that it came. */
  send(frame: AgentFrame): boolean
  close(): Promise<void>
}

/** Dials, authenticates and, until closed, withdrawn or replaced, dials again whenever it must. */
export function openChannel(options: ChannelOptions): Channel {
  let state: ChannelState = 'connecting'
  const closing = new AbortController()
  const line: { send: ((frame: AgentFrame) => void) | null } = { send: null }
  const enter = (next: ChannelState): void => {
    if (next === state) return
    state = next
    options.log.info('channel.state', { state })
    options.onState(state)
  }
  const dial = (): Promise<ConnectionEnd> =>
    connect({
      ...options,
      url: channelUrl(options.issuer),
      signal: closing.signal,
      onWelcome: (send) => {
        line.send = send
        enter('online')
      },
    }).finally(() => {
      line.send = null
    })
  const ended = stayConnected(options, { dial, enter, signal: closing.signal })
  return {
    state: () => state,
    send: (frame) => {
      line.send?.(frame)
      return line.send !== null
    },
    close: async () => {
      closing.abort()
      await ended
    },
  }
}

interface Dialling {
  readonly dial: () => Promise<ConnectionEnd>
  readonly enter: (state: ChannelState) => void
  readonly signal: AbortSignal
}

async function stayConnected(options: ChannelOptions, { dial, enter, signal }: Dialling) {
  for (let failures = 0; ;) {
    const { code, wasWelcome } = await dial()
    const lastState = signal.aborted ? 'closed' : lastStateAfter(code)
    if (lastState !== null) {
      enter(lastState)
      return
    }
    enter('offline')
    failures = wasWelcome ? 1 : failures + 1
    const waitMs = backOffMs(failures, options.timing.backOff, options.random)
    options.log.info('channel.waiting', { closeCode: code, failures, waitMs })
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Dialling again after these would be wrong: the terminal is out, or another agent took its place. */
function lastStateAfter(code: number): ChannelState | null {
  if (code === closeCodes.withdrawn) return 'withdrawn'
  return code === closeCodes.replaced ? 'replaced' : null
}

/** The sentence for whoever runs the agent, when the channel has ended for good. */
export function explainEnd(state: ChannelState): AgentError | null {
  if (state === 'withdrawn') {
    return new AgentError(
      'NOT_ENROLLED',
      'This terminal has been withdrawn. Ask the administrator for a new enrolment code.',
    )
  }
  if (state !== 'replaced') return null
  return new AgentError(
    'AGENT_RUNNING',
    'Another agent has connected as this terminal. Only one may run; this one has stopped.',
  )
}
