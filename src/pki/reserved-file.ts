import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataFolderUnusable } from '../errors.ts'
import { codeOf } from '../keystore/key-file.ts'

/** A new file whose place on the disk is taken before the act whose outcome goes into it. */
export interface ReservedFile {
  readonly path: string
  /** Replaces what is in it, and lets go of it. */
  finish(content: string | Buffer): Promise<void>
  /** Takes it away again. */
  discard(): Promise<void>
}

/** More than a report of many authorities has. */
const reservedBytes = 65_536

/**
 * Writes `draft` to a new file with room for what follows, so that a disk that is full or a folder
 * that cannot be written is found out before anything is made. Nothing is ever overwritten.
 *
 * @throws DataFolderUnusable
 */
export async function reserveFile(path: string, draft = ''): Promise<ReservedFile> {
  const file = await create(path)
  try {
    await writeAll(file, Buffer.concat([Buffer.from(draft), padding(Buffer.byteLength(draft))]))
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw unusable(path, error)
  }
  return {
    path,
    finish: (content) => finish(file, path, content),
    discard: async () => {
      await file.close().catch(() => undefined)
      await rm(path, { force: true })
    },
  }
}

/**
 * Puts what `work` makes into a new file whose place is taken first; there is none when it fails.
 *
 * @throws DataFolderUnusable, and what `work` throws
 */
export async function intoNewFile(
  path: string,
  work: () => Promise<string | Buffer>,
): Promise<void> {
  const file = await reserveFile(path)
  try {
    await file.finish(await work())
  } catch (error) {
    await file.discard().catch(() => undefined)
    throw error
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true })
  } catch (error) {
    throw unusable(path, error)
  }
  try {
    return await open(path, 'wx', 0o640)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unusable(path, error)
    const message = `${path} is there already, and nothing is overwritten: choose another place.`
    throw new DataFolderUnusable(message, { path, cause: 'EEXIST' }, error)
  }
}

/** Line ends, which do not show where the draft is what stays. */
function padding(written: number): Buffer {
  return Buffer.alloc(Math.max(reservedBytes - written, 0), '\n')
}

/** Within the room that is taken already, which a full disk does not refuse. */
async function finish(file: FileHandle, path: string, written: string | Buffer): Promise<void> {
  const content = Buffer.from(written)
  try {
    await writeAll(file, content)
    await file.truncate(content.length)
    await file.sync()
    await file.close()
  } catch (error) {
    const code = codeOf(error)
    const message = `${path} could not be written to its end (${code}). Make room on the disk.`
    throw new DataFolderUnusable(message, { path, cause: code }, error)
  }
}

/** From the start. One write takes what there is room for; the next says that there is no more. */
async function writeAll(file: FileHandle, content: Buffer): Promise<void> {
  for (let done = 0; done < content.length;) {
    const { bytesWritten } = await file.write(content, done, content.length - done, done)
    done += bytesWritten
  }
}

function unusable(path: string, cause: unknown): DataFolderUnusable {
  const code = codeOf(cause)
  const message = `${path} cannot be written (${code}): choose another place. Nothing was made.`
  return new DataFolderUnusable(message, { path, cause: code }, cause)
}
