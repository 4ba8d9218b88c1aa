import { once } from 'node:events'
import { createAgent, type Agent } from './agent.ts'
import { openAgentState, saveTerminal, type EnrolledTerminal } from './agent-state.ts'
import { explainEnd, type ChannelState } from './channel.ts'
import { systemClock } from './clock.ts'
import { serveControl } from './control.ts'
import type { CardPort } from './card-port.ts'
import type { Log } from './log.ts'
import { openBrowser } from './open-browser.ts'
import { openPcscCardPort } from './pcsc-card-port.ts'
import { choosePinPrompt, type PromptSurroundings } from './pin-prompt/choose-prompt.ts'
import type { PinPrompt } from './pin-prompt/pin-prompt.ts'
import { systemRandom } from './random.ts'
import { openVirtualReaderConsole } from './virtual-reader-console.ts'

export interface RunOptions {
  readonly stateDir: string
  readonly log: Log
  /** Files of virtual cards; without any, this computer's readers are used. */
  readonly virtualCards: readonly string[]
  /** Whether cards may be issued here by an officer far away. */
  readonly issuesCards: boolean
  /** Whether the browser is sent to the pairing page at the first run. */
  readonly opensBrowser: boolean
  readonly surroundings: PromptSurroundings
  /** Ends the run. */
  readonly signal: AbortSignal
}

/**
 * Runs the agent until `signal` aborts.
 *
 * @throws AgentError when it cannot start, and `NOT_ENROLLED` or `AGENT_RUNNING` when the service
 *   has ended the connection for good
 */
export async function runAgent(options: RunOptions): Promise<void> {
  const { stateDir, log, surroundings } = options
  const state = await openAgentState(stateDir, systemClock)
  const { cardPort, pinPrompt } = await openReaders(options)
  const agent = createAgent({
    cardPort,
    state,
    pinPrompt,
    clock: systemClock,
    random: systemRandom,
    log,
    issuesCards: options.issuesCards,
    openBrowser: (url) => openBrowser(url),
  })
  try {
    const stopControl = await serveControl(stateDir, controlOf(agent))
    try {
      surroundings.say(`Terminal "${state.terminal.name}" at ${state.terminal.issuer}`)
      agent.start()
      if (options.opensBrowser && !state.terminal.pairingOffered) {
        void offerPairing(agent, state.terminal, options)
      }
      await untilEnd(agent, options.signal)
    } finally {
      await stopControl()
    }
  } finally {
    await agent.stop()
    await cardPort.close()
  }
}

async function openReaders({
  log,
  surroundings,
  virtualCards,
}: RunOptions): Promise<{ cardPort: CardPort; pinPrompt: PinPrompt }> {
  const { terminal, say } = surroundings
  const pinPrompt = choosePinPrompt(surroundings)
  log.info('agent.pin-prompt', { kind: pinPrompt.kind })
  if (virtualCards.length === 0) {
    return { cardPort: await openPcscCardPort({ log, random: systemRandom }), pinPrompt }
  }
  const input = terminal?.input ?? process.stdin
  const reader = openVirtualReaderConsole(virtualCards, { input, say })
  return { cardPort: reader.cardPort, pinPrompt: reader.aside(pinPrompt) }
}

function controlOf(agent: Agent): Parameters<typeof serveControl>[1] {
  return {
    status: () => ({ channel: agent.channelState(), readers: [...agent.readers()] }),
    pair: () => agent.pair({ open: false }),
  }
}

/** Once in the life of an enrolment; later `ecard-agent pair` does the same on demand. */
async function offerPairing(
  agent: Agent,
  terminal: EnrolledTerminal,
  { stateDir, log }: RunOptions,
): Promise<void> {
  try {
    await agent.pair()
    await saveTerminal(stateDir, { ...terminal, pairingOffered: true })
  } catch (error) {
    log.error('agent.pairing-failed', error)
  }
}

async function untilEnd(agent: Agent, signal: AbortSignal): Promise<void> {
  const ended = new Promise<ChannelState>((resolve) => {
    agent.onEvent((event) => {
      if (event.type === 'channel' && explainEnd(event.state) !== null) resolve(event.state)
    })
  })
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort')
  const state = await Promise.race([ended, aborted.then(() => 'closed' as const)])
  const reason = explainEnd(state)
  if (reason !== null) throw reason
}
