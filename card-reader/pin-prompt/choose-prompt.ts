import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { AgentError } from '../agent-error.ts'
import type { Notice, PinPrompt } from './pin-prompt.ts'
import { askThroughPinentry } from './pinentry.ts'
import { texts } from './texts.ts'
import { askOnTerminal, type TextTerminal } from './tty.ts'

/** In the order in which they are looked for; the last ones also work on a text terminal. */
const graphicalPinentries = ['pinentry-mac', 'pinentry-gnome3', 'pinentry-qt', 'pinentry-gtk-2']
const anyPinentries = ['pinentry', 'pinentry-curses', 'pinentry-tty']

export interface PromptSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** null when the agent was started without a terminal, by the desktop for one. */
  readonly terminal: TextTerminal | null
  /** One line for the person at this terminal. */
  readonly say: (line: string) => void
}

export type PromptKind = 'pinentry' | 'terminal' | 'none'

/**
 * The way to ask for a PIN on this computer: the desktop's dialog, else the text terminal, else
 * none, where a tap + PIN is refused.
 */
export function choosePinPrompt(
  surroundings: PromptSurroundings,
): PinPrompt & { kind: PromptKind } {
  const notify = (notice: Notice): void => {
    surroundings.say(describeNotice(notice))
  }
  const { environment, terminal } = surroundings
  const program = findPinentry(surroundings)
  if (program !== null) {
    const ask: PinPrompt['askPin'] = (request) =>
      askThroughPinentry({ program, environment }, request).catch((error: unknown) => {
        // A pinentry for text terminals alone, on a desktop: the terminal we have will do.
        if (terminal === null) throw error
        return askOnTerminal(terminal, request)
      })
    return { kind: 'pinentry', askPin: ask, notify }
  }
  if (terminal !== null) {
    return { kind: 'terminal', askPin: (request) => askOnTerminal(terminal, request), notify }
  }
  return { kind: 'none', askPin: refuse, notify }
}

function refuse(): Promise<never> {
  const message =
    'A PIN is needed, but there is no way to ask for it here. Install pinentry or start ' +
    'ecard-agent in a terminal.'
  return Promise.reject(new AgentError('PIN_PROMPT_FAILED', message))
}

/** The path of a pinentry that can show itself here, or null. */
function findPinentry({ environment, platform, terminal }: PromptSurroundings): string | null {
  const hasDisplay =
    platform === 'darwin' ||
    environment['DISPLAY'] !== undefined ||
    environment['WAYLAND_DISPLAY'] !== undefined
  const hasTty = terminal !== null && environment['GPG_TTY'] !== undefined
  const candidates = [
    ...(hasDisplay ? graphicalPinentries : []),
    ...(hasDisplay || hasTty ? anyPinentries : []),
  ]
  const folders = (environment['PATH'] ?? '').split(delimiter)
  const paths = candidates.flatMap((name) => folders.map((folder) => join(folder, name)))
  return paths.find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function describeNotice({ application, number, step, language }: Notice): string {
  const words = texts[language]
  return `${words.asks(application[language], number)}: ${words.steps[step]}`
}
