import { createInterface } from 'node:readline/promises'
import { ecardWords } from '../program/ecard-words.ts'
import { Interrupted } from '../program/interruption.ts'

interface Wish {
  readonly apply?: boolean
  readonly json?: boolean
}

interface Terminal {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
}

/**
 * Whether to go on and change what was shown: with `--apply`, or where a person at a terminal types
 * a yes in full. Elsewhere, and for `--json`, a command without `--apply` stays a dry run.
 *
 * Called after the plan is printed and before anything is changed.
 *
 * @throws Interrupted at Ctrl+C
 */
export async function confirmed(
  { apply, json }: Wish,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (apply === true) return true
  if (json === true || !input.isTTY || !output.isTTY) return false
  const { goOn, notYes } = ecardWords()
  const isYes = yeses.includes(await ask(goOn, { input, output }))
  if (!isYes) output.write(`${notYes}\n`)
  return isYes
}

/** In both languages, and as typed without an input method. */
const yeses: readonly string[] = ['yes', 'có', 'co']

/** The end of the input is no answer. */
async function ask(question: string, terminal: Terminal): Promise<string> {
  const lines = createInterface({ ...terminal, terminal: true })
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      lines.once('close', () => {
        resolve('')
      })
      lines.once('SIGINT', () => {
        reject(new Interrupted())
      })
      lines.question(question).then(resolve, reject)
    })
    return answer.normalize('NFC').trim().toLowerCase()
  } finally {
    lines.close()
  }
}
