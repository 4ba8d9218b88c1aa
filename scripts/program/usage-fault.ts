import type { CommanderWords } from '../words/commander-words.ts'

type Say = (words: CommanderWords, found: readonly string[]) => string

/** Each sentence of the library, which says in one text what it found. */
const sentences: readonly (readonly [RegExp, Say])[] = [
  [/^missing required argument '(.+)'$/, (words, [name = '']) => words.missingArgument(name)],
  [/^option '(.+)' argument missing$/, (words, [option = '']) => words.missingValue(option)],
  [/^required option '(.+)' not specified$/, (words, [option = '']) => words.missingOption(option)],
  [
    /^option '(.+)' argument '(.*)' is invalid\. ([^]*)$/,
    (words, [option = '', value = '', why = '']) => words.invalidValue(option, value, why),
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '(.+)'\. ([^]*)$/,
    (words, [value = '', name = '', why = '']) => words.invalidValue(`<${name}>`, value, why),
  ],
  [
    /^option '(.+)' cannot be used with option '(.+)'$/,
    (words, [one = '', other = '']) => words.conflict(one, other),
  ],
  [/^unknown option '(.+)'/, (words, [option = '']) => words.unknownOption(option)],
  [/^unknown command '(.+)'/, (words, [name = '']) => words.unknownCommand(name)],
  [
    /^too many arguments.* Expected (\d+) arguments? but got (\d+)\.$/,
    (words, [expected = '', received = '']) => words.tooMany(expected, received),
  ],
]

/** What the library says is wrong with the arguments, in the words of the reader. */
export function usageFault(text: string, words: CommanderWords): string {
  const fault = text.trim().replace(/^error: /, '')
  const [first = '', ...more] = fault.split('\n(Did you mean ')
  for (const [pattern, say] of sentences) {
    const found = pattern.exec(first)
    if (found === null) continue
    const guess = more.map((names) => names.replace(/^one of |\?\)$/g, ''))
    return [allowedIn(say(words, found.slice(1)), words), ...guess.map(words.didYouMean)].join(' ')
  }
  return fault
}

function allowedIn(sentence: string, words: CommanderWords): string {
  return sentence.replace(/Allowed choices are (.+)\.$/, (_, list: string) => words.allowed(list))
}
