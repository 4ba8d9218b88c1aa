import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { BatchRefused } from '../../src/batches/batch-refused.ts'
import { batchLimits } from '../../src/batches/batch.ts'
import { Duplicate } from '../../src/errors.ts'
import { batchWords } from './batch-language.ts'

/** @throws BatchRefused `not-readable`, `file-too-large` before it is read */
export async function readBatchText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > batchLimits.fileBytes)
      throw new BatchRefused('file-too-large', { limit: batchLimits.fileBytes })
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof BatchRefused) throw error
    throw new BatchRefused('not-readable', { path }, { cause: error })
  }
}

/** A batch says who gets a card: it is for the person who asked. @throws Duplicate */
export async function writeBatchText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw isThere ? new Duplicate(batchWords().exists(path), {}, error) : error
  }
}

/** At every moment the file is the old one or the new one, whole. */
export async function replaceBatchText(path: string, text: string): Promise<void> {
  const draft = `${path}.signed`
  await writeFile(draft, text, { mode: 0o600, flush: true })
  await rename(draft, path)
}
