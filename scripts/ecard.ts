#!/usr/bin/env -S npx tsx
/**
 * The `ecard` command of administrators; what it can do is the table in program/program.ts. Commands
 * that change something say what they would do and act only with `--apply`, or with a yes that is
 * typed on a terminal. Exit status: 0 done or shown, 1 refused or failed, 2 wrong usage, 130
 * interrupted.
 */
import { asksForFile } from './program/completion.ts'
import { watchInterruption } from './program/interruption.ts'
import { buildProgram } from './program/program.ts'
import { reportError } from './program/report-error.ts'

const args = process.argv.slice(2)
const isDebugging = args.includes('--debug') || process.env['ECARD_LOG_LEVEL'] === 'debug'

// Whoever reads has seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})
watchInterruption()

try {
  const program = await buildProgram((noun) => args.includes(noun))
  // The answer "files": shells complete those by themselves.
  if (asksForFile(program, args)) console.log(':0')
  else await program.parseAsync()
} catch (error) {
  process.exitCode = reportError(error, { isDebugging })
}
