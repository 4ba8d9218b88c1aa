import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataFolderUnusable } from '../errors.ts'

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
    await file.write(Buffer.concat([Buffer.from(draft), padding(Buffer.byteLength(draft))]), 0)
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw unusable(path, error)
  }
  return {
    path,
    finish: (content) => finish(file, content),
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
    return await open(path, 'wx', 0o640)
  } catch (error) {
    throw unusable(path, error)
  }
}

/** Line ends, which do not show where the draft is what stays. */
function padding(written: number): Buffer {
  return Buffer.alloc(Math.max(reservedBytes - written, 0), '\n')
}

/** Within the room that is taken already, which a full disk does not refuse. */
async function finish(file: FileHandle, written: string | Buffer): Promise<void> {
  const content = Buffer.from(written)
  await file.write(content, 0, content.length, 0)
  await file.truncate(content.length)
  await file.sync()
  await file.close()
}

function unusable(path: string, cause: unknown): DataFolderUnusable {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined
  const why =
    code === 'EEXIST'
      ? 'is there already, and nothing is overwritten'
      : `cannot be written (${code ?? 'unknown'})`
  const message = `${path} ${why}. Choose another place. Nothing was made.`
  return new DataFolderUnusable(message, { path, cause: code ?? 'unknown' }, cause)
}
