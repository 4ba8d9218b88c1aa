#!/usr/bin/env -S npx tsx
/**
 * The `ecard` command of administrators. Commands that change something say what they would do and
 * act only with `--apply`. Exit status: 0 done or shown, 1 refused or failed, 2 wrong usage.
 */
import { Command, CommanderError } from 'commander'
import { AppError } from '../src/errors.ts'
import { agencyCommand } from './commands/agency.ts'
import { auditCommand } from './commands/audit.ts'
import { caCommand } from './commands/ca.ts'
import { cardCommand } from './commands/card.ts'
import { certificateCommand } from './commands/certificate.ts'
import { crlCommand } from './commands/crl.ts'
import { doctorCommand } from './commands/doctor.ts'
import { holderCommand } from './commands/holder.ts'
import { terminalCommand } from './commands/terminal.ts'

const program = new Command('ecard')
  .description('Administers the sign-in service: authorities, cards, terminals, people.')
  .addHelpText(
    'after',
    `
The registry is the one of DATABASE_URL or, without it, of the service that runs on ECARD_DATA_DIR.
Where no service runs there, as on the machine of an offline root, ca, crl and doctor open it themselves.`,
  )
  .addCommand(agencyCommand())
  .addCommand(holderCommand())
  .addCommand(cardCommand())
  .addCommand(terminalCommand())
  .addCommand(certificateCommand())
  .addCommand(caCommand())
  .addCommand(crlCommand())
  .addCommand(doctorCommand())
  .addCommand(auditCommand())
throwOnWrongUsage(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Else commander ends the process by itself, with the status of a refusal. */
function throwOnWrongUsage(command: Command): void {
  command.exitOverride()
  for (const below of command.commands) throwOnWrongUsage(below)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof AppError)) throw error
  console.error(`${error.code}: ${error.message}`)
  return 1
}
