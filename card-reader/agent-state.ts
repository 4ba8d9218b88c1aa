import { join } from 'node:path'
import { z } from 'zod'
import { AgentError } from './agent-error.ts'
import type { Clock } from './clock.ts'
import { openKnownCards, type KnownCards } from './known-cards.ts'
import { makePrivateFolder, readFileIfThere, writePrivateFile } from './private-file.ts'
import { loadTerminalKey, type TerminalKey } from './terminal-key.ts'

const enrolledTerminal = z.object({
  id: z.uuid(),
  /** The origin pinned at enrolment: cards sign for it, and no message can change it. */
  issuer: z.url(),
  name: z.string(),
  mode: z.enum(['managed', 'personal']),
  /** base64 DER, from the terminal CA. */
  certificate: z.string(),
  /** Whether a browser was once sent to the pairing page. */
  pairingOffered: z.boolean().default(false),
})

/** What enrolment left behind, `terminal.json`. */
export type EnrolledTerminal = z.infer<typeof enrolledTerminal>

/** What an agent knows from one run to the next. */
export interface AgentState {
  readonly terminal: EnrolledTerminal
  readonly key: TerminalKey
  readonly knownCards: KnownCards
}

const terminalFile = 'terminal.json'

/**
 * The state of an enrolled terminal.
 *
 * @throws AgentError `NOT_ENROLLED`, `STATE_UNREADABLE`
 */
export async function openAgentState(stateDir: string, clock: Clock): Promise<AgentState> {
  const terminal = await findTerminal(stateDir)
  const key = await loadTerminalKey(stateDir, clock)
  if (terminal === null || key === null) {
    throw new AgentError(
      'NOT_ENROLLED',
      'This terminal is not enrolled. Run: ecard-agent enrol --issuer URL --code CODE',
    )
  }
  await makePrivateFolder(stateDir)
  return { terminal, key, knownCards: await openKnownCards(stateDir) }
}

/**
 * The enrolment in this folder, or null before there is one.
 *
 * @throws AgentError `STATE_UNREADABLE`
 */
export async function findTerminal(stateDir: string): Promise<EnrolledTerminal | null> {
  const path = join(stateDir, terminalFile)
  const content = await readFileIfThere(path)
  if (content === null) return null
  const { data } = enrolledTerminal.safeParse(parseJson(content))
  if (data !== undefined) return data
  throw new AgentError('STATE_UNREADABLE', `The file ${path} is damaged. Enrol the terminal again.`)
}

export async function saveTerminal(stateDir: string, terminal: EnrolledTerminal): Promise<void> {
  await writePrivateFile(join(stateDir, terminalFile), JSON.stringify(terminal, null, 2))
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return null
  }
}
