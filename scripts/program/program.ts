import { Command } from 'commander'
import { ecardWords } from './ecard-words.ts'
import { speakLanguage } from './speak-language.ts'
import { addCompletion } from './completion.ts'
import type { Noun } from '../words/ecard-words.ts'

/**
 * Everything that `ecard` can do, a row a noun. Only the noun that is asked for is loaded: help and
 * completion wait for nothing else.
 */
const nouns: readonly (readonly [Noun, () => Promise<Command>])[] = [
  ['agency', async () => (await import('../commands/agency.ts')).agencyCommand()],
  ['holder', async () => (await import('../commands/holder.ts')).holderCommand()],
  ['card', async () => (await import('../commands/card.ts')).cardCommand()],
  ['batch', async () => (await import('../commands/batch.ts')).batchCommand()],
  ['print', async () => (await import('../commands/print.ts')).printCommand()],
  ['pass', async () => (await import('../commands/pass.ts')).passCommand()],
  ['passkey', async () => (await import('../commands/passkey.ts')).passkeyCommand()],
  ['terminal', async () => (await import('../commands/terminal.ts')).terminalCommand()],
  ['client', async () => (await import('../commands/client.ts')).clientCommand()],
  ['operator', async () => (await import('../commands/operator.ts')).operatorCommand()],
  ['login', async () => (await import('../commands/login.ts')).loginCommand()],
  ['logout', async () => (await import('../commands/login.ts')).logoutCommand()],
  ['whoami', async () => (await import('../commands/login.ts')).whoamiCommand()],
  ['certificate', async () => (await import('../commands/certificate.ts')).certificateCommand()],
  ['ca', async () => (await import('../commands/ca.ts')).caCommand()],
  ['crl', async () => (await import('../commands/crl.ts')).crlCommand()],
  ['audit', async () => (await import('../commands/audit.ts')).auditCommand()],
  ['doctor', async () => (await import('../commands/doctor.ts')).doctorCommand()],
]

/**
 * The command with its nouns in the language of whoever runs it.
 *
 * @param isAsked - which nouns to load; the others are there by name only
 */
export async function buildProgram(isAsked: (noun: string) => boolean): Promise<Command> {
  const words = ecardWords()
  const program = new Command('ecard')
    .description(words.description)
    .option('--debug', words.debugOption)
    .addHelpText('after', words.notes)
  for (const [noun, load] of nouns) {
    const command = isAsked(noun) ? await load() : new Command(noun)
    program.addCommand(command.description(words.nouns[noun]))
  }
  throwOnWrongUsage(program)
  speakLanguage(program)
  addCompletion(program, words)
  return program
}

/** Else the library ends the process by itself, with the status of a refusal. */
function throwOnWrongUsage(command: Command): void {
  command.exitOverride()
  for (const below of command.commands) throwOnWrongUsage(below)
}
