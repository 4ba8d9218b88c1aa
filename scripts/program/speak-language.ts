import { Help, type Argument, type Command, type Option } from 'commander'
import { commanderEn } from '../words/commander-en.ts'
import { commanderVi } from '../words/commander-vi.ts'
import type { CommanderWords } from '../words/commander-words.ts'
import { wordsFor } from '../words/language.ts'
import { usageFault } from './usage-fault.ts'

/** Lets the help pages and the faults of a command, and of all below it, speak like the rest. */
export function speakLanguage(command: Command): void {
  const words = wordsFor({ vi: commanderVi, en: commanderEn })
  command
    .helpOption('-h, --help', words.helpOption)
    .configureHelp(helpIn(words))
    .configureOutput({
      outputError: (text, write) => {
        write(`${usageFault(text, words)}\n${words.seeHelp(pathOf(command))}\n`)
      },
    })
  if (command.commands.length > 0) {
    command.helpCommand(`help ${words.command}`, words.helpCommand)
  }
  for (const below of command.commands) speakLanguage(below)
}

/** `ecard ca init`. */
export function pathOf(command: Command): string {
  const { parent } = command
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`
}

function helpIn(words: CommanderWords): Partial<Help> {
  const plain = new Help()
  const inWords = (term: string): string =>
    term.replace('[options]', words.options).replace('[command]', words.command)
  return {
    styleTitle: (title) => words.titles[title] ?? title,
    commandUsage: (command) => inWords(plain.commandUsage(command)),
    subcommandTerm: (command) => inWords(plain.subcommandTerm(command)),
    optionDescription: (option) => described(option, isDefaultShown(option), words),
    argumentDescription: (argument) => described(argument, true, words),
  }
}

function isDefaultShown(option: Option): boolean {
  return option.required || option.optional
}

/** The library would add choices and default in English. */
function described(
  { description, argChoices, defaultValue, defaultValueDescription }: Argument | Option,
  withDefault: boolean,
  words: CommanderWords,
): string {
  const value = defaultValueDescription ?? JSON.stringify(defaultValue)
  const hasDefault = withDefault && defaultValue !== undefined && value !== '[]'
  const notes = [
    ...(argChoices ? [words.choices(argChoices.join(', '))] : []),
    ...(hasDefault ? [words.byDefault(value)] : []),
  ]
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`.trim()
}
