import { TerminalDeskRefused } from '../../src/terminals/desk-refused.ts'
import { terminalWords } from '../words/terminal-words.ts'

/** Lets what keeps somebody from a terminal speak the language of the person who asked. */
export async function inTerminalWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TerminalDeskRefused)) throw error
    const sentence = terminalWords().refusals[error.reason](error.facts)
    throw new TerminalDeskRefused(error.reason, error.facts, { cause: error, sentence })
  }
}
