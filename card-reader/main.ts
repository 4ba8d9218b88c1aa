#!/usr/bin/env -S npx tsx
/** The program `ecard-agent`. */
import { Command } from 'commander'
import { createAgent } from './agent.ts'
import { AgentError } from './agent-error.ts'
import { findTerminal, openAgentState } from './agent-state.ts'
import { systemClock } from './clock.ts'
import { readConfig, type AgentConfig } from './config.ts'
import { askPairing, askStatus, type ControlPairing } from './control.ts'
import { enrol } from './enrol.ts'
import { createLog, silentLog } from './log.ts'
import { openBrowser } from './open-browser.ts'
import type { TextTerminal } from './pin-prompt/tty.ts'
import { systemRandom } from './random.ts'
import { runAgent } from './run-agent.ts'
import { createInProcessCardPort } from './virtual-card/in-process-card-port.ts'

interface EnrolOptions {
  readonly issuer: string
  readonly code: string
  readonly stateDir: string
  readonly name?: string
  readonly replace?: boolean
}

interface RunCommandOptions {
  readonly stateDir: string
  readonly virtualCard?: string[]
  readonly desk?: boolean
  readonly open: boolean
}

async function enrolCommand(options: EnrolOptions): Promise<void> {
  const terminal = await enrol(systemClock, options)
  console.log(`Enrolled as the ${terminal.mode} terminal "${terminal.name}" at ${terminal.issuer}.`)
  console.log('Now run: ecard-agent run')
}

async function runCommand(config: AgentConfig, options: RunCommandOptions): Promise<void> {
  const stopping = new AbortController()
  const stop = (): void => {
    stopping.abort()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  await runAgent({
    stateDir: options.stateDir,
    log: createLog(config.logLevel),
    virtualCards: options.virtualCard ?? [],
    issuesCards: options.desk === true,
    opensBrowser: options.open,
    surroundings: {
      environment: process.env,
      platform: process.platform,
      terminal: textTerminal(),
      say: (line) => {
        console.log(line)
      },
    },
    signal: stopping.signal,
  })
}

function textTerminal(): TextTerminal | null {
  const { stdin: input, stderr: output } = process
  return input.isTTY && output.isTTY ? { input, output } : null
}

async function pairCommand({ stateDir }: { stateDir: string }): Promise<void> {
  const link = (await askPairing(stateDir)) ?? (await pairWithoutAgent(stateDir))
  await openBrowser(link.url)
  const minutes = Math.max(1, Math.round(link.expiresInSeconds / 60))
  console.log(`Open this address in the browser of this computer, once, within ${minutes} minutes:`)
  console.log(link.url)
}

/** No agent runs: connects for this one question, without readers. */
async function pairWithoutAgent(stateDir: string): Promise<ControlPairing> {
  const agent = createAgent({
    cardPort: createInProcessCardPort({ readers: [] }),
    state: await openAgentState(stateDir, systemClock),
    pinPrompt: { askPin: () => Promise.resolve(null), notify: () => undefined },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    openBrowser,
  })
  agent.start()
  try {
    return await agent.pair({ open: false })
  } finally {
    await agent.stop()
  }
}

async function statusCommand({ stateDir }: { stateDir: string }): Promise<void> {
  const terminal = await findTerminal(stateDir)
  if (terminal === null) throw new AgentError('NOT_ENROLLED', 'This terminal is not enrolled.')
  console.log(`Terminal  ${terminal.name} (${terminal.mode}, ${terminal.id})`)
  console.log(`Issuer    ${terminal.issuer}`)
  const status = await askStatus(stateDir)
  if (status === null) throw new AgentError('AGENT_OFFLINE', 'The agent does not run.')
  console.log(`Service   ${status.channel}`)
  if (status.readers.length === 0) console.log('Readers   none')
  for (const { name, cardPresent } of status.readers) {
    console.log(`Reader    ${name}${cardPresent ? ', with a card' : ''}`)
  }
}

function createProgram(config: AgentConfig): Command {
  const program = new Command('ecard-agent')
    .description('Connects the card readers of this computer to the sign-in service')
    .showHelpAfterError()
  const stateDir = ['--state-dir <folder>', 'key and enrolment', config.stateDir] as const
  program
    .command('enrol')
    .description('make this computer a terminal, with a one-time code of the administrator')
    .requiredOption('--issuer <url>', 'address of the service, like https://id.example')
    .requiredOption('--code <code>', 'the one-time code')
    .option('--name <name>', 'what this terminal calls itself in its own messages')
    .option('--replace', 'enrol anew, in place of the enrolment that is there')
    .option(...stateDir)
    .action(enrolCommand)
  program
    .command('run')
    .description('connect to the service and serve sign-ins until stopped')
    .option('--virtual-card <file...>', 'use virtual cards instead of the readers')
    .option('--desk', 'let cards be issued here by officers elsewhere (ecard … --terminal)')
    .option('--no-open', 'do not open the browser for pairing at the first run')
    .option(...stateDir)
    .action((options: RunCommandOptions) => runCommand(config, options))
  program
    .command('pair')
    .description('pair a browser of this computer with this terminal')
    .option(...stateDir)
    .action(pairCommand)
  program
    .command('status')
    .description('show enrolment, connection and readers')
    .option(...stateDir)
    .action(statusCommand)
  return program
}

try {
  await createProgram(readConfig(process.env)).parseAsync()
  // What the PC/SC binding leaves behind must not keep a stopped agent alive.
  process.exit(0)
} catch (error) {
  if (!(error instanceof AgentError)) throw error
  console.error(error.message)
  process.exit(error.code === 'USAGE' ? 2 : 1)
}
