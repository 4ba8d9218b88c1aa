import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A program that speaks pinentry's side of Assuan as a script says, and writes down what it hears. */
export interface FakePinentry {
  readonly program: string
  /** The commands it heard, one a line. */
  heard(): Promise<string[]>
  remove(): Promise<void>
}

/**
 * @param answers - what it says to a command, by its first word; `OK` to every other. `null` for
 *   no answer at all
 */
export async function createFakePinentry(
  answers: Readonly<Record<string, string | null>>,
): Promise<FakePinentry> {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-pinentry-'))
  const program = join(folder, 'pinentry')
  const heardFile = join(folder, 'heard')
  await writeFile(heardFile, '')
  await writeFile(
    program,
    `#!${process.execPath}
const { appendFileSync } = require('node:fs')
const answers = ${JSON.stringify(answers)}
process.stdout.write('OK Pleased to meet you\\n')
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  appendFileSync(${JSON.stringify(heardFile)}, line + '\\n')
  const answer = answers[line.split(' ')[0]]
  if (answer !== null) process.stdout.write((answer ?? 'OK') + '\\n')
})
`,
  )
  await chmod(program, 0o700)
  return {
    program,
    heard: async () => (await readFile(heardFile, 'utf8')).split('\n').filter(Boolean),
    remove: () => rm(folder, { recursive: true }),
  }
}
