import { hkdfSync } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeystoreUnavailable } from '../errors.ts'
import type { Random } from '../random.ts'
import { codeOf, folderUnusable } from './key-file.ts'
import type { KeystoreProblem } from './keystore.ts'

/**
 * Reads the passphrase of a keystore from a file; one line end after it does not count.
 *
 * @throws KeystoreUnavailable when the file cannot be read or is empty
 */
export async function readPassphrase(path: string): Promise<Buffer> {
  const content = await readFile(path).catch((error: unknown) => {
    throw new KeystoreUnavailable(
      `The keystore's passphrase cannot be read from ${path}. Check ECARD_KEYSTORE_PASSPHRASE_FILE and who may read the file.`,
      { problem: 'passphrase-unreadable' satisfies KeystoreProblem },
      error,
    )
  })
  const passphrase = Buffer.from(content.toString('utf8').replace(/\r?\n$/, ''))
  if (passphrase.length > 0) return passphrase
  throw new KeystoreUnavailable(`${path} is empty. Put the keystore's passphrase into it.`, {
    problem: 'passphrase-empty' satisfies KeystoreProblem,
  })
}

/**
 * Reads the passphrase, or makes a file (mode 0600) with a random one at the first start.
 *
 * @throws KeystoreUnavailable `folder-unusable`, `disk-full`, or what `readPassphrase` throws
 */
export async function readOrMakePassphrase(path: string, random: Random): Promise<Buffer> {
  const draft = `${path}.${random.uuid()}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(draft, `${random.bytes(32).toString('base64url')}\n`, { mode: 0o600 })
    // A link is refused where the name is taken: of two first starts one makes the passphrase.
    await link(draft, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw folderUnusable(dirname(path), error)
  } finally {
    await rm(draft, { force: true })
  }
  return readPassphrase(path)
}

/**
 * A secret for one purpose that every node with the same passphrase has too (HKDF, RFC 5869).
 * Nothing about the passphrase or other purposes' secrets can be learnt from it.
 */
export function deriveSecret(passphrase: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', passphrase, '', `ecard-sso ${purpose}`, 32))
}
