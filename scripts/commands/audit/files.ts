import { readFile, writeFile } from 'node:fs/promises'
import { InputInvalid } from '../../../src/errors.ts'
import type { AuditWords } from '../../words/audit-words.ts'

/** Nothing that is there is written over, and only who asked may read it. */
export const newFile = { flag: 'wx', mode: 0o600 } as const

/** @throws InputInvalid */
export async function readText(path: string, words: AuditWords): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw fileProblem(path, words, error)
  })
}

/** @throws InputInvalid */
export async function writeNewFile(path: string, text: string, words: AuditWords): Promise<void> {
  await writeFile(path, text, newFile).catch((error: unknown) => {
    throw fileProblem(path, words, error)
  })
}

/** What was wrong with a file, in words; anything else as it is. */
export function fileProblem(path: string, words: AuditWords, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  const isThere = 'code' in error && error.code === 'EEXIST'
  const message = isThere ? words.outputExists(path) : words.unreadable(path)
  return new InputInvalid(message, { path }, error)
}
