/** What the help pages and wrong usage say, in one language. */
export interface CommanderWords {
  /** By the heading as the library has it. */
  readonly titles: Readonly<Record<string, string>>
  readonly options: string
  readonly command: string
  readonly helpOption: string
  readonly helpCommand: string
  readonly choices: (list: string) => string
  readonly byDefault: (value: string) => string
  readonly missingArgument: (name: string) => string
  readonly missingValue: (option: string) => string
  readonly missingOption: (option: string) => string
  readonly invalidValue: (of: string, value: string, why: string) => string
  readonly conflict: (one: string, other: string) => string
  readonly unknownOption: (option: string) => string
  readonly unknownCommand: (name: string) => string
  readonly tooMany: (expected: string, received: string) => string
  readonly didYouMean: (names: string) => string
  readonly allowed: (list: string) => string
  readonly seeHelp: (command: string) => string
}
