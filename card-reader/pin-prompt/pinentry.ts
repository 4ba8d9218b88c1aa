import { spawn } from 'node:child_process'
import { AgentError } from '../agent-error.ts'
import {
  createAssuanClient,
  escapeArgument,
  type AssuanAnswer,
  type AssuanClient,
} from './assuan.ts'
import type { PinRequest } from './pin-prompt.ts'
import { describeRequest, texts } from './texts.ts'

/** libgpg-error's codes for a holder who would rather not. */
const cancelled = 99
const notConfirmed = 114

export interface PinentryOptions {
  readonly program: string
  /** For locale and terminal. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Asks through pinentry, the desktop's own dialog for secrets: it grabs the keyboard and keeps
 * what is typed in locked memory. Speaks Assuan over the program's standard input and output.
 *
 * @returns null when the holder cancelled or the request was aborted
 * @throws AgentError `PIN_PROMPT_FAILED`
 */
export async function askThroughPinentry(
  options: PinentryOptions,
  request: PinRequest,
): Promise<Buffer | null> {
  const { signal } = request
  const hasEnded = (): boolean => signal.aborted
  if (hasEnded()) return null
  const child = spawn(options.program, [], { stdio: ['pipe', 'pipe', 'ignore'] })
  const close = (): void => {
    child.kill()
  }
  signal.addEventListener('abort', close, { once: true })
  const failedToStart = new Promise<never>((_resolve, reject) => child.once('error', reject))
  try {
    const client = createAssuanClient(child.stdout, child.stdin)
    return await Promise.race([converse(client, options, request), failedToStart])
  } catch (error) {
    if (hasEnded()) return null
    throw new AgentError(
      'PIN_PROMPT_FAILED',
      `${options.program} could not ask for the PIN.`,
      error,
    )
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}

async function converse(
  client: AssuanClient,
  options: PinentryOptions,
  request: PinRequest,
): Promise<Buffer | null> {
  await client.greeting()
  // Programs refuse options that they do not know; they still ask.
  for (const option of optionsOf(options.environment)) await client.ask(`OPTION ${option}`)
  for (const command of wordsOf(request)) await client.ask(command)
  if (request.triesLeft === 1 && !(await isConfirmed(client, request))) return null
  await client.ask(`SETDESC ${escapeArgument(describeRequest(request))}`)
  return pinOf(await client.ask('GETPIN'))
}

/** At the last try the holder says first that the card may be blocked by what follows. */
async function isConfirmed(client: AssuanClient, { language }: PinRequest): Promise<boolean> {
  const { lastTry, confirmLastTry } = texts[language]
  await client.ask(`SETDESC ${escapeArgument(`${lastTry}\n${confirmLastTry}`)}`)
  const answer = await client.ask('CONFIRM')
  return answer.ok || refuseUnlessCancelled(answer)
}

function pinOf(answer: AssuanAnswer): Buffer | null {
  if (answer.ok) return answer.data
  refuseUnlessCancelled(answer)
  return null
}

function refuseUnlessCancelled({ errorCode }: AssuanAnswer & { ok: false }): false {
  if (errorCode === cancelled || errorCode === notConfirmed) return false
  throw new AgentError('PIN_PROMPT_FAILED', `pinentry refused with code ${errorCode}.`)
}

function wordsOf({ language }: PinRequest): string[] {
  const { title, prompt, ok, cancel } = texts[language]
  return [
    `SETTITLE ${escapeArgument(title)}`,
    `SETPROMPT ${escapeArgument(prompt)}`,
    `SETOK ${escapeArgument(ok)}`,
    `SETCANCEL ${escapeArgument(cancel)}`,
  ]
}

/** Where the variants for a text terminal draw, and how they write Vietnamese. */
function optionsOf(environment: PinentryOptions['environment']): string[] {
  const tty = environment['GPG_TTY']
  const locale =
    environment['LC_ALL'] ?? environment['LC_CTYPE'] ?? environment['LANG'] ?? 'C.UTF-8'
  const terminal = environment['TERM'] ?? 'dumb'
  const ofTerminal = tty === undefined ? [] : [`ttyname=${tty}`, `ttytype=${terminal}`]
  return ['grab', `lc-ctype=${locale}`, ...ofTerminal]
}
