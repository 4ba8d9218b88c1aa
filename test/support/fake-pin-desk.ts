import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A `pinentry` on a search path of its own: a dialog that waits until the test types. The desktop
 * that would show a real one cannot run here; everything else of the prompt is real.
 */
export interface FakePinDesk {
  /** Environment for an agent, so that it finds this pinentry and believes in a desktop. */
  readonly environment: { readonly PATH: string; readonly DISPLAY: string }
  /** What the holder types into the dialog that is open, or into the next one. */
  type(pin: string): Promise<void>
}

export async function createFakePinDesk(folder: string): Promise<FakePinDesk> {
  const programs = join(folder, 'programs')
  const typed = join(folder, 'typed')
  await mkdir(programs, { recursive: true })
  const program = join(programs, 'pinentry-gtk-2')
  await writeFile(program, script(typed))
  await chmod(program, 0o700)
  return {
    environment: { PATH: `${programs}:${process.env['PATH'] ?? ''}`, DISPLAY: ':0' },
    type: async (pin) => {
      await writeFile(`${typed}.new`, pin)
      await rename(`${typed}.new`, typed)
    },
  }
}

/** Speaks Assuan; GETPIN is answered once the file with what was typed is there. */
function script(typed: string): string {
  return `#!${process.execPath}
const { existsSync, readFileSync, rmSync } = require('node:fs')
const typed = ${JSON.stringify(typed)}
const say = (line) => process.stdout.write(line + '\\n')
say('OK Pleased to meet you')
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.split(' ')[0] !== 'GETPIN') return say('OK')
  const waiting = setInterval(() => {
    if (!existsSync(typed)) return
    clearInterval(waiting)
    const pin = readFileSync(typed, 'utf8')
    rmSync(typed) // before the answer: whoever asked may end this program right after it
    say('D ' + pin)
    say('OK')
  }, 20)
})
`
}
