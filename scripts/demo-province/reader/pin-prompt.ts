import type { PinPrompt } from '../../../card-reader/pin-prompt/pin-prompt.ts'
import type { VirtualReader } from './virtual-reader.ts'

/** The agent's PIN prompt on the reader page: a window of the agent, never of the service. */
export function readerPinPrompt(reader: Pick<VirtualReader, 'askPin'>): PinPrompt {
  return {
    askPin: async ({ application, number, triesLeft, problem, signal }) => {
      const pin = await reader.askPin({ application, number, triesLeft, problem }, signal)
      return pin === null ? null : Buffer.from(pin, 'latin1')
    },
    // What happens is shown from the agent's events.
    notify: () => undefined,
  }
}
