import { open } from 'node:fs/promises'
import { AppError, type Facts } from '../../src/errors.ts'
import { printWords } from './print-language.ts'

/** What a card printer makes anything of: 5 MB hold 20 megapixels. */
export const maxPhotoBytes = 5 * 1024 * 1024

export type PhotoFault = 'photo-too-large' | 'photo-missing' | 'photo-not-an-image'

/** The photograph is larger than `maxPhotoBytes`; it was not read. */
export class PhotoTooLarge extends AppError {
  readonly code = 'PHOTO_TOO_LARGE'
}

/** There is no such file, or it is neither JPEG nor PNG; `facts.fault` says which. */
export class PhotoUnreadable extends AppError {
  readonly code = 'PHOTO_UNREADABLE'
}

/**
 * Reads a photograph, JPEG or PNG by its first bytes and not by its name.
 *
 * @throws PhotoTooLarge before anything is read
 * @throws PhotoUnreadable
 */
export async function readPhoto(path: string): Promise<Buffer> {
  const content = await readUpTo(path)
  const mark = content.subarray(0, 8).toString('hex')
  const isImage = mark.startsWith('ffd8ff') || mark === '89504e470d0a1a0a'
  if (!isImage) throw refusal('photo-not-an-image', path)
  return content
}

async function readUpTo(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw refusal('photo-missing', path, error)
  })
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw refusal('photo-missing', path)
    if (stats.size > maxPhotoBytes) throw refusal('photo-too-large', path)
    return await file.readFile()
  } finally {
    await file.close()
  }
}

function refusal(fault: PhotoFault, path: string, cause?: unknown): AppError {
  const sentence = printWords().photoFaults[fault](path)
  const facts: Facts = { fault, limit: maxPhotoBytes }
  if (fault === 'photo-too-large') return new PhotoTooLarge(sentence, facts, cause)
  return new PhotoUnreadable(sentence, facts, cause)
}
