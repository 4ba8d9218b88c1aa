import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { AgentError } from './agent-error.ts'

/** Makes the folder of the agent's state, readable by this user alone. */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await chmod(path, 0o700)
  } catch (error) {
    throw new AgentError('STATE_UNREADABLE', `The folder ${path} cannot be written.`, error)
  }
}

/**
 * Replaces the file in one step, readable by this user alone: after a crash either the old or the
 * new content is there, whole.
 *
 * @throws AgentError `STATE_UNREADABLE`
 */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const draft = `${path}.new`
  try {
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    throw new AgentError('STATE_UNREADABLE', `The file ${path} cannot be written.`, error)
  }
}

/**
 * The file's content, or null when there is none.
 *
 * @throws AgentError `STATE_UNREADABLE`
 */
export async function readFileIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new AgentError('STATE_UNREADABLE', `The file ${path} cannot be read.`, error)
  }
}

/**
 * Refuses a secret that other users of this computer could have read. Windows has no such mode
 * bits: there the user's own profile folder keeps others out.
 *
 * @throws AgentError `STATE_UNREADABLE`
 */
export async function checkPrivate(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const { mode } = await stat(path)
  if ((mode & 0o077) === 0) return
  throw new AgentError(
    'STATE_UNREADABLE',
    `The file ${path} is readable by other users. Run: chmod 600 '${path}'`,
  )
}
