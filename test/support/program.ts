import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** A program of the project as a process of its own, with everything that it prints. */
export interface Program {
  readonly output: () => string
  /** Resolves once the output matches; rejects when the program ends before. */
  untilSays(words: RegExp): Promise<RegExpExecArray>
  /** Resolves with the exit status; null when a signal ended it. */
  readonly ended: Promise<number | null>
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** @param script - a TypeScript file, from the root of the project */
export function startProgram(
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Program {
  const child = spawn(process.execPath, ['--import', 'tsx', resolve(root, script), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (output += part))
  }
  const ended = once(child, 'close').then(([status]) => status as number | null)
  return {
    output: () => output,
    ended,
    untilSays: (words) => untilSays(child, words, () => output),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

async function untilSays(
  child: ChildProcess,
  words: RegExp,
  output: () => string,
): Promise<RegExpExecArray> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const found = words.exec(output())
    if (found !== null) return found
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`never said ${String(words)}:\n${output()}`)
    }
    await new Promise((resume) => setTimeout(resume, 20))
  }
}

/** Runs a program to its end. */
export async function runProgram(
  script: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ status: number | null; output: string }> {
  const program = startProgram(script, args, environment)
  const status = await program.ended
  return { status, output: program.output() }
}
