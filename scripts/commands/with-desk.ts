import type { Command } from 'commander'
import { CardFault } from '../../src/cards/card-fault.ts'
import type { DeskCard } from '../../src/cards/desk-card.ts'
import { InputInvalid } from '../../src/errors.ts'
import type { DeskPurpose } from '../../src/terminals/desk-protocol.ts'
import type { PinSource } from '../desk/holder-pin.ts'
import { openDesk, type DeskPlace } from '../desk/open-desk.ts'
import type { CardWords } from '../words/card-words.ts'
import { terminalWords } from '../words/terminal-words.ts'
import { inTerminalWords } from './in-terminal-words.ts'
import { withRegistry, type Registry } from './open-registry.ts'

export interface DeskCommandOptions extends DeskPlace {
  readonly trace?: boolean
}

/** `--reader`, `--terminal` and `--trace`: where the card lies that the command works on. */
export function addDeskOptions(command: Command): Command {
  const { deskOptions } = terminalWords()
  return command
    .option('--reader <name>', deskOptions.reader)
    .option('--terminal <id-or-name>', deskOptions.terminal)
    .option('--trace', deskOptions.trace)
}

/** As journal and audit name it. @throws InputInvalid where neither is named */
export function deskNameOf({ reader, terminal }: DeskPlace): string {
  const name = terminal ?? reader
  if (name !== undefined) return name
  const { deskOptions } = terminalWords()
  throw new InputInvalid(deskOptions.neither, { field: 'reader' })
}

/**
 * Works on the one card in that reader, here or at a terminal; what goes wrong with it is told in
 * the operator's words.
 *
 * @param options.purpose - what a terminal's agent is to do with the card. Default `issue`
 */
export async function withDesk<T>(
  options: DeskCommandOptions & {
    readonly pins: PinSource
    readonly words: CardWords
    readonly purpose?: DeskPurpose
  },
  work: (card: DeskCard) => Promise<T>,
): Promise<T> {
  deskNameOf(options)
  return inCardWords(options.words, async () =>
    options.terminal === undefined
      ? workAtDesk(options, null, work)
      : withRegistry((registry) => workAtDesk(options, registry, work)),
  )
}

async function workAtDesk<T>(
  options: Parameters<typeof withDesk>[0],
  registry: Pick<Registry, 'db' | 'random'> | null,
  work: (card: DeskCard) => Promise<T>,
): Promise<T> {
  const { pins, purpose = 'issue', trace } = options
  const tell = (line: string): void => {
    console.error(line)
  }
  const { atTerminal } = terminalWords()
  const desk = await openDesk({
    ...{ ...options, pins, purpose, registry },
    trace: trace === true ? tell : null,
    onOpening: ({ name, number }) => {
      tell(atTerminal(name, number))
    },
  })
  try {
    return await desk.withCard(work)
  } finally {
    await desk.close()
  }
}

/** Lets the faults of cards and desks speak the language of the person who asked. */
export async function inCardWords<T>(words: CardWords, work: () => Promise<T>): Promise<T> {
  try {
    return await inTerminalWords(work)
  } catch (error) {
    if (!(error instanceof CardFault)) throw error
    const sentence = words.faults[error.reason](error.facts)
    throw new CardFault(error.reason, error.facts, { cause: error, sentence })
  }
}
