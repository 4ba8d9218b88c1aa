import { createPrivateKey, type KeyObject } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Duplicate, KeystoreUnavailable } from '../errors.ts'
import type { Random } from '../random.ts'
import type { KeystoreProblem } from './keystore.ts'
import { encryptPkcs8 } from './pbes2.ts'

/** One private key: encrypted PKCS#8 (RFC 5958) in PEM, as OpenSSL reads and writes it. */
export interface KeyFile {
  readonly name: string
  readonly path: string
  readonly passphrase: Buffer
}

/**
 * Writes the key so that a crash leaves either no file or a whole one, readable by its owner alone.
 *
 * @param temporaryPath - in the same folder
 * @throws Duplicate when the file is there: a link, unlike a rename, never replaces a key
 */
export async function writeKeyFile(
  file: KeyFile,
  key: KeyObject,
  { temporaryPath, random }: { temporaryPath: string; random: Random },
): Promise<void> {
  await writeOnce(file, pemOf(await encryptedKey(key, file.passphrase, { random })), {
    temporaryPath,
  })
}

/** As `writeKeyFile`, for whatever text the file is to hold. @throws Duplicate */
export async function writeOnce(
  file: KeyFile,
  text: string,
  { temporaryPath }: { temporaryPath: string },
): Promise<void> {
  try {
    await writeDurably(temporaryPath, text)
    await link(temporaryPath, file.path)
    await syncFolder(dirname(file.path))
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw new Duplicate('the key exists', { key: file.name }, cause)
    throw folderUnusable(dirname(file.path), cause)
  } finally {
    await rm(temporaryPath, { force: true })
  }
}

/** @throws KeystoreUnavailable, with the problem named and what to do about it */
export async function readKeyFile(file: KeyFile): Promise<KeyObject> {
  const pem = await readText(file)
  if (!isWholeKeyFile(pem)) {
    const advice = 'is cut short or is no encrypted key; restore it from the backup'
    throw unavailable(`${file.path} ${advice}`, { file, problem: 'key-file-damaged' })
  }
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase: file.passphrase })
  } catch (cause) {
    const advice = 'give the passphrase the keystore was made with, or restore the altered file'
    const message = `${file.path} does not open: ${advice}`
    throw unavailable(message, { file, problem: 'wrong-passphrase', cause })
  }
}

/** EncryptedPrivateKeyInfo, DER. */
export async function encryptedKey(
  key: KeyObject,
  secret: Buffer,
  options: { random: Random },
): Promise<Buffer> {
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' })
  try {
    return await encryptPkcs8(pkcs8, secret, options)
  } finally {
    pkcs8.fill(0)
  }
}

export function folderUnusable(directory: string, cause: unknown): KeystoreUnavailable {
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(cause))) {
    return new KeystoreUnavailable(
      `the disk of the keystore folder ${directory} is full: free some space and try again; ` +
        'nothing was half written',
      { problem: 'disk-full' satisfies KeystoreProblem, cause: codeOf(cause) },
      cause,
    )
  }
  return new KeystoreUnavailable(
    `the keystore folder ${directory} cannot be used (${codeOf(cause)}): ` +
      'make it a folder that the user of this service owns, on a disk with free space',
    { problem: 'folder-unusable' satisfies KeystoreProblem, cause: codeOf(cause) },
    cause,
  )
}

export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}

/** RFC 7468 §11 */
function pemOf(encryptedPkcs8: Buffer): string {
  const lines = encryptedPkcs8.toString('base64').match(/.{1,64}/g) ?? []
  const label = 'ENCRYPTED PRIVATE KEY'
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

export async function readText(file: KeyFile): Promise<string> {
  try {
    return await readFile(file.path, 'latin1')
  } catch (cause) {
    const isMissing = codeOf(cause) === 'ENOENT'
    const message = isMissing
      ? `the keystore has no key ${file.name}: restore ${file.path} from the backup`
      : `${file.path} cannot be read (${codeOf(cause)}): give this service's user the right to`
    const problem = isMissing ? 'key-missing' : 'key-file-unreadable'
    throw unavailable(message, { file, problem, cause })
  }
}

/** Tells a file that lost its end from a wrong passphrase, which fail alike when decrypting. */
function isWholeKeyFile(pem: string): boolean {
  const match =
    /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n([A-Za-z0-9+/=\n]+)-----END ENCRYPTED PRIVATE KEY-----\n$/.exec(
      pem.replaceAll('\r\n', '\n'),
    )
  const der = Buffer.from(match?.[1] ?? '', 'base64')
  if (der.length < 4 || der[0] !== 0x30) return false
  const lengthBytes = Math.max((der[1] ?? 0) - 0x80, 0)
  if (lengthBytes > 2) return false
  const length = lengthBytes === 0 ? der[1] : der.readUIntBE(2, lengthBytes)
  return der.length === 2 + lengthBytes + (length ?? 0)
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The new name is in the folder's own data (fsync(2)). */
async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

interface Refusal {
  readonly file: KeyFile
  readonly problem: KeystoreProblem
  readonly cause?: unknown
}

export function unavailable(
  message: string,
  { file, problem, cause }: Refusal,
): KeystoreUnavailable {
  return new KeystoreUnavailable(message, { problem, key: file.name }, cause)
}
