import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { DataFolderUnusable } from '../../src/errors.ts'
import { operatorWords } from '../words/operator-words.ts'

/**
 * Where the session of whoever is signed in on this computer is kept, readable by that user alone.
 * ECARD_STATE_DIR, else the folder for state of the XDG Base Directory Specification, which has to
 * be absolute to count.
 */
function stateFolder(environment: NodeJS.ProcessEnv): string {
  const named = environment['ECARD_STATE_DIR'] ?? ''
  if (named !== '') return named
  const xdg = environment['XDG_STATE_HOME'] ?? ''
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'state'), 'ecard')
}

function sessionFile(): string {
  return join(stateFolder(process.env), 'operator-session')
}

/**
 * The secret of the session; null where nobody has signed in.
 *
 * @throws DataFolderUnusable where others could have read it
 */
export async function readSessionSecret(): Promise<string | null> {
  const path = sessionFile()
  try {
    const { mode } = await stat(path)
    // Windows has no such mode bits: there the user's own folder keeps others out.
    const isPrivate = process.platform === 'win32' || (mode & 0o077) === 0
    if (!isPrivate) throw new DataFolderUnusable(operatorWords().fileReadable(path))
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw unusable(error)
  }
}

/** Made before anything is asked of a card: a session that cannot be kept would be lost. */
export async function prepareStateFolder(): Promise<void> {
  const folder = stateFolder(process.env)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  } catch (error) {
    throw unusable(error)
  }
}

/** Whole or not at all. */
export async function writeSessionSecret(secret: string): Promise<void> {
  const path = sessionFile()
  const draft = `${path}.${process.pid}.new`
  try {
    await writeFile(draft, `${secret}\n`, { mode: 0o600, flag: 'wx' })
    await rename(draft, path)
  } catch (error) {
    throw unusable(error)
  }
}

export async function removeSessionSecret(): Promise<void> {
  await rm(sessionFile(), { force: true }).catch((error: unknown) => {
    throw unusable(error)
  })
}

function unusable(error: unknown): unknown {
  if (error instanceof DataFolderUnusable) return error
  return new DataFolderUnusable(operatorWords().folderUnusable(stateFolder(process.env)), {}, error)
}
