import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What the file holds; null where there is none yet. */
export async function readMetadataInPlace(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/**
 * Puts `json` in the place of what `file` held: a service that starts meanwhile reads the one or
 * the other in whole, after a power cut too. Open to every reader, since it is published.
 */
export async function replaceMetadataFile(file: string, json: string): Promise<void> {
  const unfinished = `${file}.new`
  const handle = await open(unfinished, 'w', 0o644)
  try {
    await handle.writeFile(json)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, file)
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
