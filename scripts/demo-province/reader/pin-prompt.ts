import type { PinPrompt } from '../../../card-reader/pin-prompt/pin-prompt.ts'
import type { VirtualReader } from './virtual-reader.ts'

/** The agent's PIN prompt on the reader page: a window of the agent, never of the service. */
export function readerPinPrompt(reader: Pick<VirtualReader, 'askPin'>): PinPrompt {
  return {
    askPin: async ({ application, number, triesLeft, problem, signal }) => {
      // A new PIN is never chosen at a terminal that signs people in.
      const known = problem === 'wrong-pin' || problem === null ? problem : 'not-6-to-8-digits'
      const pin = await reader.askPin({ application, number, triesLeft, problem: known }, signal)
      return pin === null ? null : Buffer.from(pin, 'latin1')
    },
    // What happens is shown from the agent's events.
    notify: () => undefined,
  }
}
