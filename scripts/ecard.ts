#!/usr/bin/env -S npx tsx
/**
 * The `ecard` command of administrators. Commands that change something say what they would do and
 * act only with `--apply`. Exit status: 0 done or shown, 1 refused or failed, 2 wrong usage.
 */
import { Command, CommanderError } from 'commander'
import { AppError } from '../src/errors.ts'
import { auditCommand } from './commands/audit.ts'
import { cardCommand } from './commands/card.ts'
import { terminalCommand } from './commands/terminal.ts'

const program = new Command('ecard')
  .description('Administers cards and terminals of the sign-in service.')
  .addHelpText(
    'after',
    `
The registry is the one of DATABASE_URL or, without it, of the service that runs on ECARD_DATA_DIR.`,
  )
  .exitOverride()
  .addCommand(cardCommand())
  .addCommand(terminalCommand())
  .addCommand(auditCommand())

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof AppError)) throw error
  console.error(`${error.code}: ${error.message}`)
  return 1
}
