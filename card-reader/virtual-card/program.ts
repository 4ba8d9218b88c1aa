import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { ZodError } from 'zod'
import { behaviourSchema, type Behaviour } from './behaviour.ts'
import { describeCard } from './describe-card.ts'
import { NotACardFile } from './state-file.ts'
import { CardExists, VirtualCard } from './virtual-card.ts'
import { createVpcdSlot, type VpcdEvent } from './vpcd.ts'

const createExamples = `
A new card is blank: PIN 123456, PUK 12345678 and the well-known management key.

Examples:
  $ ecard-virtual-card create card.json
  $ ecard-virtual-card create strict.json --set contactlessPolicy=strict --set blockSize=255
  $ ecard-virtual-card create new.json --set version=050700 --set factoryManagementKey=AES-192`

const infoExamples = `
Shows no PIN and no key.

Example:
  $ ecard-virtual-card info card.json`

const configureExamples = `
Switches: ${Object.keys(behaviourSchema.unwrap().shape).join(', ')}

Examples:
  $ ecard-virtual-card configure card.json --set interface=contact
  $ ecard-virtual-card configure card.json --set contactlessPinFloor=1 --set strictLe=true`

const attachExamples = `
Needs pcscd with the virtual reader (Debian: apt-get install pcscd vsmartcard-vpcd). The reader has
two slots, on ports 35963 and 35964. Ctrl-C takes the card away.

Examples:
  $ ecard-virtual-card attach card.json
  $ ecard-virtual-card attach other.json --port 35964
  $ yubico-piv-tool -r Virtual -a status        (in another terminal)`

const sayings: Readonly<Record<VpcdEvent, string>> = {
  connected: 'The card is in the reader.',
  'waiting-for-reader': 'No virtual reader answers: is pcscd running? Still trying.',
  'pulled-away': 'The card was pulled away.',
  'command-failed': 'A command failed: can the file of the card be written?',
}

interface CreateOptions {
  readonly set?: Partial<Behaviour>
}

/** Where the program speaks: results to the first, what went wrong to the second. */
export interface Streams {
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
}

/**
 * Runs one command line, without the program's own name.
 *
 * @returns the exit code: 0, or 1 after a sentence on `writeError`
 */
export async function runProgram(parameters: readonly string[], streams: Streams): Promise<number> {
  try {
    await buildProgram(streams).parseAsync(parameters, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has already printed what was wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode
    streams.writeError(`${explain(error)}\n`)
    return 1
  }
}

function buildProgram({ write, writeError }: Streams): Command {
  const program = new Command('ecard-virtual-card')
    .description(
      'A PIV card in software. Its file holds private keys in the clear: for trying and testing only.',
    )
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: writeError })
  program
    .command('create <file>')
    .description('make a blank card')
    .option('--set <switch=value>', 'how the card behaves; may be repeated', collectSwitch)
    .addHelpText('after', createExamples)
    .action((file: string, { set = {} }: CreateOptions) => {
      const card = VirtualCard.create({ file, behaviour: set })
      write(`Made a blank card, serial number ${card.state.serialNumber}, in ${file}.\n`)
    })
  program
    .command('info <file>')
    .description('say what is on a card')
    .addHelpText('after', infoExamples)
    .action((file: string) => {
      write(`${describeCard(VirtualCard.open({ file }))}\n`)
    })
  program
    .command('configure <file>')
    .description('change how a card behaves')
    .requiredOption('--set <switch=value>', 'may be repeated', collectSwitch)
    .addHelpText('after', configureExamples)
    .action((file: string, { set }: Required<CreateOptions>) => {
      VirtualCard.open({ file }).configure(set)
      write(`Changed ${Object.keys(set).join(', ')}.\n`)
    })
  program
    .command('attach <file>')
    .description('put a card into the virtual reader of pcscd until Ctrl-C')
    .option('--host <name>', 'where pcscd runs', '127.0.0.1')
    .option('--port <number>', 'slot of the virtual reader', readPort, 35963)
    .addHelpText('after', attachExamples)
    .action((file: string, options: SlotOptions) => attach(file, { ...options, write }))
  return program
}

interface SlotOptions {
  readonly host: string
  readonly port: number
}

async function attach(
  file: string,
  { host, port, write }: SlotOptions & Pick<Streams, 'write'>,
): Promise<void> {
  const card = VirtualCard.open({ file })
  const slot = createVpcdSlot({
    host,
    port,
    onEvent: (event) => {
      write(`${sayings[event]}\n`)
    },
  })
  const leave = () => void slot.remove()
  process.once('SIGINT', leave).once('SIGTERM', leave)
  await slot.insert(card)
}

/** `--set strictLe=true`: numbers and booleans as such, everything else as text. */
function collectSwitch(text: string, before: Partial<Behaviour> = {}): Partial<Behaviour> {
  const [name = '', value = ''] = text.split('=', 2)
  const changed = { ...before, [name]: readValue(name, value) }
  const judged = behaviourSchema.safeParse(changed)
  if (judged.success) return changed
  const [issue] = judged.error.issues
  throw new InvalidArgumentError(`${issue?.path.join('.') ?? name} ${issue?.message ?? ''}`)
}

function readValue(name: string, value: string): unknown {
  if (name === 'version' || name === 'atr') return value.toLowerCase()
  if (value === 'true' || value === 'false') return value === 'true'
  return /^\d+$/.test(value) ? Number(value) : value
}

function readPort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new InvalidArgumentError('A port is a number from 1 to 65535.')
  }
  return port
}

/** One sentence that says what to do; anything unexpected keeps its own message. */
function explain(error: unknown): string {
  if (error instanceof CardExists) return `${error.message}. Choose another name or remove it.`
  if (error instanceof NotACardFile) return `${error.message}. Make one with: create <file>.`
  if (error instanceof ZodError) return error.issues.map((issue) => issue.message).join('; ')
  const { code, path, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return `${path ?? 'The file'} is not there. Make a card with: create <file>.`
  if (code === 'EACCES') return `${path ?? 'The file'} may not be read or written by this user.`
  return message
}
