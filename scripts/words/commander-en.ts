import type { CommanderWords } from './commander-words.ts'

export const commanderEn: CommanderWords = {
  titles: {
    'Usage:': 'Usage:',
    'Arguments:': 'Arguments:',
    'Options:': 'Options:',
    'Global Options:': 'Options of every command:',
    'Commands:': 'Commands:',
  },
  options: '[options]',
  command: '[command]',
  helpOption: 'show this help',
  helpCommand: 'show the help of a command',
  choices: (list) => `one of: ${list}`,
  byDefault: (value) => `default: ${value}`,
  missingArgument: (name) => `Missing argument: <${name}>.`,
  missingValue: (option) => `${option} needs a value.`,
  missingOption: (option) => `Required option missing: ${option}.`,
  invalidValue: (of, value, why) => `“${value}” does not fit ${of}. ${why}`,
  conflict: (one, other) => `${one} cannot be used with ${other}.`,
  unknownOption: (option) => `There is no option ${option}.`,
  unknownCommand: (name) => `There is no command ${name}.`,
  tooMany: (expected, received) => `Too many arguments: ${received} instead of ${expected}.`,
  didYouMean: (names) => `Did you mean ${names}?`,
  allowed: (list) => `It is one of: ${list}.`,
  seeHelp: (command) => `See: ${command} --help`,
}
