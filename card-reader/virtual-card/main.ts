#!/usr/bin/env -S npx tsx
/**
 * The virtual card as a program: make a card, look at it, present it to PC/SC through the virtual
 * reader of vsmartcard. Any PIV tool can then personalise and use it.
 */
import { runProgram } from './program.ts'

process.exitCode = await runProgram(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
})
