import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import type { EcardWords } from '../words/ecard-words.ts'
import { speakLanguage } from './speak-language.ts'

/** What the library's script takes from a package that not every machine has, and leaves out. */
const moreForBash = `
# Where the package bash-completion is not installed.
declare -F _get_comp_words_by_ref > /dev/null || _get_comp_words_by_ref() {
    cur=\${COMP_WORDS[COMP_CWORD]}
    prev=\${COMP_WORDS[COMP_CWORD - 1]}
    words=("\${COMP_WORDS[@]}")
    cword=$COMP_CWORD
}

# Files are offered where an option names one.
complete -o default -F __ecard_complete ecard`

/**
 * Adds `ecard complete <shell>`, which prints what a shell needs, and `ecard complete -- …`, by
 * which the shell asks back. Neither opens anything: what can be completed are our own words. All
 * of them have to be there, in the reader's language, when this is called.
 */
export function addCompletion(program: Command, words: EcardWords): void {
  tab(program)
  const complete = program.commands.find((command) => command.name() === 'complete')
  if (complete === undefined) return
  complete.description(words.nouns.complete).addHelpText('after', words.completeNotes)
  const [shell] = complete.registeredArguments
  if (shell !== undefined) shell.description = words.completeShell
  speakLanguage(complete)
  complete.hook('postAction', (_program, { args: [asked] }) => {
    if (asked === 'bash') console.log(moreForBash)
  })
}

/** Whether the shell asks for the value of an option that names a file: the shell knows those. */
export function asksForFile(program: Command, args: readonly string[]): boolean {
  if (args[0] !== 'complete' || args[1] !== '--') return false
  const typed = args.slice(2, -1)
  const option = typed.at(-1) ?? ''
  const command = commandOf(program, typed)
  return command.options.some(({ long, flags }) => long === option && /<(file|folder)>/.test(flags))
}

/** The one that the words lead to, as far as they do. */
function commandOf(program: Command, words: readonly string[]): Command {
  return words.reduce(
    (command, word) => command.commands.find((below) => below.name() === word) ?? command,
    program,
  )
}
