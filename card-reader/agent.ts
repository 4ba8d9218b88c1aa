/**
 * The agent of one terminal: cards on one side, the service on the other. It owns the connection,
 * the sign-in that is going on and the report of readers. It never sees a session, never judges a
 * card, and keeps no PIN.
 */
import { AgentError } from './agent-error.ts'
import type { AgentState } from './agent-state.ts'
import type { CardPort, ReaderStatus } from './card-port.ts'
import { channelTiming, openChannel, type ChannelState, type ChannelTiming } from './channel.ts'
import type { Clock } from './clock.ts'
import {
  createRemoteDesk,
  deskTiming,
  type DeskTiming,
  type RemoteDesk,
} from './desk/remote-desk.ts'
import { isAtIssuer } from './issuer.ts'
import type { Log } from './log.ts'
import type { PinPrompt } from './pin-prompt/pin-prompt.ts'
import type { Progress } from './progress.ts'
import type { AgentFrame, PairingLink, ServiceFrame, SignInRequest } from './protocol.ts'
import type { Random } from './random.ts'
import { createSignInDesk, type SignInDesk } from './sign-in-desk.ts'

export interface AgentDeps {
  readonly cardPort: CardPort
  readonly state: AgentState
  readonly pinPrompt: PinPrompt
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Shows a page in this user's browser; `ecard-agent` gives the one of the desktop. */
  openBrowser(url: string): Promise<void>
  /** Default `channelTiming`. */
  readonly timing?: ChannelTiming
  /** Whether cards may be issued here by somebody far away. Default false. */
  readonly issuesCards?: boolean
  /** Default `deskTiming`. */
  readonly deskTiming?: DeskTiming
}

export type AgentEvent =
  | { readonly type: 'channel'; readonly state: ChannelState }
  | { readonly type: 'progress'; readonly request: SignInRequest; readonly progress: Progress }

export interface Agent {
  /** Dials the service, and dials again until `stop`, a withdrawal or a newer agent. */
  start(): void
  /** Resolves when connection and card are let go. The card port stays open: it is the caller's. */
  stop(): Promise<void>
  channelState(): ChannelState
  readers(): readonly ReaderStatus[]
  /**
   * Gets a one-time address that pairs a browser with this terminal, and opens it.
   *
   * @param options.open - false leaves the opening to the caller. Default true
   * @throws AgentError `AGENT_OFFLINE`; `ISSUER_MISMATCH` for an address anywhere else
   */
  pair(options?: { readonly open?: boolean }): Promise<PairingLink>
  /** Returns how to stop listening. */
  onEvent(listener: (event: AgentEvent) => void): () => void
}

/** A service that is there answers at once; one that comes back within this time still counts. */
const pairingMs = 15_000
/** What the service takes in one report. */
const maxReaders = 32
const maxReaderName = 256

export function createAgent(deps: AgentDeps): Agent {
  const { cardPort, state, log } = deps
  const { id: terminalId, issuer } = state.terminal
  const listeners = new Set<(event: AgentEvent) => void>()
  const emit = (event: AgentEvent): void => {
    for (const listener of listeners) listener(event)
  }
  let channel: ReturnType<typeof openChannel> | null = null
  let stopWatching = (): void => undefined
  const pairings = new Set<(link: PairingLink) => void>()
  const shared = {
    ...deps,
    key: state.key,
    signatory: { terminalId, issuer },
    send: (frame: AgentFrame) => channel?.send(frame) ?? false,
  }
  const remoteDesk: RemoteDesk = createRemoteDesk({
    ...shared,
    issuesCards: deps.issuesCards ?? false,
    timing: deps.deskTiming ?? deskTiming,
    isBusy: () => desk.isActive(),
  })
  const desk: SignInDesk = createSignInDesk({
    ...shared,
    knownCards: state.knownCards,
    untilFree: () => (remoteDesk.isOpen() ? remoteDesk.untilFree() : null),
    onProgress: (request, progress) => {
      emit({ type: 'progress', request, progress })
    },
  })
  const reportReaders = (): void => {
    const readers = cardPort.readers().slice(0, maxReaders).map(reportOf)
    channel?.send({ type: 'readers', readers })
  }
  const onFrame = (frame: ServiceFrame): void => {
    switch (frame.type) {
      case 'sign-in':
        desk.begin(frame)
        return
      case 'cancel':
        desk.cancel(frame.challengeId)
        return
      case 'pairing':
        for (const resolve of pairings) resolve(frame)
        return
      // Said once, before anything else.
      case 'hello':
      case 'welcome':
        return
      case 'desk-open':
      case 'desk-command':
      case 'desk-alive':
      case 'desk-close':
        remoteDesk.hear(frame)
    }
  }
  const onState = (next: ChannelState): void => {
    if (next === 'online') {
      reportReaders()
      desk.resume()
      if (pairings.size > 0) channel?.send({ type: 'pairing-request' })
    } else void remoteDesk.hangUp()
    emit({ type: 'channel', state: next })
  }
  return {
    start: () => {
      const timing = deps.timing ?? channelTiming
      stopWatching = cardPort.onChange(reportReaders)
      const { key } = state
      const { random } = deps
      channel = openChannel({ terminalId, issuer, key, random, log, timing, onState, onFrame })
    },
    stop: async () => {
      stopWatching()
      await desk.stop()
      await remoteDesk.hangUp()
      await channel?.close()
      await state.knownCards.saved()
    },
    channelState: () => channel?.state() ?? 'closed',
    readers: () => cardPort.readers(),
    pair: async ({ open = true } = {}) => {
      const link = await askForPairing(pairings, () => channel?.send({ type: 'pairing-request' }))
      if (!isAtIssuer(link.url, issuer)) {
        throw new AgentError(
          'ISSUER_MISMATCH',
          'The service named a pairing page that is not its own.',
        )
      }
      if (open) await deps.openBrowser(link.url)
      return link
    },
    onEvent: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

function reportOf({ name, cardPresent }: ReaderStatus): { name: string; cardPresent: boolean } {
  return { name: name.slice(0, maxReaderName), cardPresent }
}

/** Waits for the service's answer, through a reconnection if need be. */
async function askForPairing(
  waiting: Set<(link: PairingLink) => void>,
  ask: () => void,
): Promise<PairingLink> {
  return new Promise((resolve, reject) => {
    const finish = (link: PairingLink): void => {
      clearTimeout(timer)
      waiting.delete(finish)
      resolve({ url: link.url, expiresInSeconds: link.expiresInSeconds })
    }
    const timer = setTimeout(() => {
      waiting.delete(finish)
      reject(
        new AgentError('AGENT_OFFLINE', 'The service cannot be reached. Try again in a moment.'),
      )
    }, pairingMs)
    waiting.add(finish)
    ask()
  })
}
