import { createAgent, type Agent } from '../../../card-reader/agent.ts'
import { openAgentState } from '../../../card-reader/agent-state.ts'
import type { CardPort } from '../../../card-reader/card-port.ts'
import { systemClock } from '../../../src/clock.ts'
import type { Log } from '../../../src/log.ts'
import { systemRandom } from '../../../src/random.ts'
import { readerPinPrompt } from '../reader/pin-prompt.ts'
import type { VirtualReader } from '../reader/virtual-reader.ts'

interface AgentOptions {
  readonly stateDir: string
  readonly cardPort: CardPort
  readonly reader: VirtualReader
  readonly log: Log
}

/** Runs the terminal's agent in this process, with the reader page as its screen and PIN pad. */
export async function openAgent({ stateDir, cardPort, reader, log }: AgentOptions): Promise<Agent> {
  const hand = createLiftingHand(reader)
  const agent = createAgent({
    cardPort,
    state: await openAgentState(stateDir, systemClock),
    pinPrompt: readerPinPrompt(reader),
    clock: systemClock,
    random: systemRandom,
    log: tellingEnds(log, (reason) => {
      reader.noteRequest(null)
      if (reason === 'answered') hand.liftSoon()
    }),
    // Pairing is asked for on the reader page, by the browser that is to be paired.
    openBrowser: () => Promise.resolve(),
  })
  agent.onEvent((event) => {
    if (event.type === 'channel') reader.noteOnline(event.state === 'online')
    else showProgress(reader, event)
  })
  agent.start()
  return {
    ...agent,
    stop: async () => {
      hand.rest()
      await agent.stop()
    },
  }
}

type ProgressEvent = Extract<Parameters<Parameters<Agent['onEvent']>[0]>[0], { type: 'progress' }>

function showProgress(reader: VirtualReader, { request, progress }: ProgressEvent): void {
  const { application, office, number } = request
  if (reader.picture().request?.number !== number) {
    reader.noteRequest({ application, office, number })
  }
  reader.noteStep(progress.step, progress.triesLeft ?? null)
}

/** The agent says in its log, and nowhere else, that a sign-in is over at this terminal. */
function tellingEnds(log: Log, onEnded: (reason: unknown) => void): Log {
  return {
    ...log,
    info: (event, facts) => {
      log.info(event, facts)
      if (event === 'sign-in.ended') onEnded(facts?.['reason'])
    },
  }
}

const liftMs = 1200

/** Whoever taps takes the card away again, so that the next sign-in waits for a tap of its own. */
function createLiftingHand(reader: VirtualReader): { liftSoon(): void; rest(): void } {
  let lifting: NodeJS.Timeout | undefined
  return {
    liftSoon: () => {
      clearTimeout(lifting)
      lifting = setTimeout(() => {
        if (reader.picture().request === null) reader.takeAway()
      }, liftMs)
    },
    rest: () => {
      clearTimeout(lifting)
    },
  }
}
