import { open } from 'node:fs/promises'
import { InputInvalid } from '../../../src/errors.ts'
import { codeOf } from '../../../src/keystore/key-file.ts'
import { intoNewFile } from '../../../src/pki/reserved-file.ts'

/**
 * Reads a file that was carried here.
 *
 * @param maxBytes - no honest one is larger
 * @throws InputInvalid naming the file, never what is in it
 */
export async function readCarried(path: string, maxBytes: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0)
      if (bytesRead <= maxBytes) return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new InputInvalid(`${path} cannot be read (${codeOf(cause)})`, { field: path }, cause)
  }
  throw new InputInvalid(`${path} is larger than ${maxBytes} bytes`, { field: path })
}

/** What a person typed into a file as a password; one line end after it does not count. */
export async function readPasswordFile(path: string): Promise<Buffer> {
  const content = await readCarried(path, 4096)
  const password = Buffer.from(content.toString('latin1').replace(/\r?\n$/, ''), 'latin1')
  content.fill(0)
  if (password.length > 0) return password
  throw new InputInvalid(`${path} is empty: put the password into it`, { field: path })
}

/** Puts what `work` makes into a new file, and hands on what else comes of it. */
export async function writingTo<T>(
  path: string,
  work: () => Promise<{ readonly result: T; readonly text: string | Buffer }>,
): Promise<T> {
  const made: T[] = []
  await intoNewFile(path, async () => {
    const { result, text } = await work()
    made.push(result)
    return text
  })
  const [result] = made as [T]
  return result
}
