import type { KeyObject } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../random.ts'
import {
  codeOf,
  encryptedKey,
  folderUnusable,
  readKeyFile,
  writeKeyFile,
  type KeyFile,
} from './key-file.ts'
import { checkKeyName } from './key-name.ts'
import type { PortableKeystore, SigningKey } from './keystore.ts'
import { makeSecretFile, readSecretFile } from './secret-file.ts'
import { importSigningKey, makePrivateKey } from './signing-key.ts'

export interface FileKeystoreOptions {
  /** Made with mode 0700 when it is not there. */
  readonly directory: string
  /** Encrypts every key file; the same bytes open them again. */
  readonly passphrase: Buffer
  readonly random: Random
}

/**
 * A keystore of one encrypted PKCS#8 file for each key, `<name>.pem`, and one like it for each
 * secret, `<name>.secret`, mode 0600.
 *
 * The passphrase is tried on the keys that are there, so that a wrong one is told at the start and
 * no key is ever written under another.
 *
 * @throws KeystoreUnavailable `folder-unusable`, or what is wrong with the files when none opens
 */
export async function openFileKeystore(options: FileKeystoreOptions): Promise<PortableKeystore> {
  const { directory, random } = options
  const passphrase = Buffer.from(options.passphrase)
  await prepareFolder(directory)
  await checkPassphrase(directory, passphrase)
  const loaded = new Map<string, Promise<SigningKey>>()
  const fileOf = (name: string): KeyFile => {
    return { name, path: join(directory, `${checkKeyName(name)}.pem`), passphrase }
  }
  const secretFileOf = (name: string): KeyFile => {
    return { name, path: join(directory, `${checkKeyName(name)}.secret`), passphrase }
  }
  const keep = async (name: string, privateKey: KeyObject): Promise<SigningKey> => {
    const temporaryPath = join(directory, `.${checkKeyName(name)}.${random.uuid()}.tmp`)
    await writeKeyFile(fileOf(name), privateKey, { temporaryPath, random })
    return importSigningKey(name, privateKey)
  }

  return {
    has: async (name) => isThere(fileOf(name).path, directory),
    hasSecret: async (name) => isThere(secretFileOf(name).path, directory),
    generateSecret: async (name) => {
      const temporaryPath = join(directory, `.${checkKeyName(name)}.${random.uuid()}.tmp`)
      return makeSecretFile(secretFileOf(name), { temporaryPath, random })
    },
    secret: async (name) => readSecretFile(secretFileOf(name)),
    generate: async (name, algorithm) => keep(name, await makePrivateKey(algorithm)),
    adopt: keep,
    key: async (name) => {
      const key = loaded.get(name) ?? load(fileOf(name))
      loaded.set(name, key)
      // A failure is not kept: the next call finds a file that was put right meanwhile.
      key.catch(() => loaded.delete(name))
      return key
    },
    encryptedKey: async (name, password) => {
      return encryptedKey(await readKeyFile(fileOf(name)), password, { random })
    },
  }
}

async function load(file: KeyFile): Promise<SigningKey> {
  return importSigningKey(file.name, await readKeyFile(file))
}

async function prepareFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw folderUnusable(directory, cause)
  }
}

async function checkPassphrase(directory: string, passphrase: Buffer): Promise<void> {
  let refusal: unknown = null
  for (const file of await keyFiles(directory, passphrase)) {
    try {
      await readKeyFile(file)
      return
    } catch (error) {
      // One damaged key must not take the others along; it is told when it is asked for.
      refusal = error
    }
  }
  if (refusal instanceof Error) throw refusal
}

async function keyFiles(directory: string, passphrase: Buffer): Promise<KeyFile[]> {
  try {
    const files = await readdir(directory)
    return files
      .filter((file) => file.endsWith('.pem'))
      .map((file) => ({ name: file.slice(0, -4), path: join(directory, file), passphrase }))
  } catch (cause) {
    throw folderUnusable(directory, cause)
  }
}

async function isThere(path: string, directory: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (cause) {
    // Only "no such file" is a no; anything else means that we could not tell.
    if (codeOf(cause) === 'ENOENT') return false
    throw folderUnusable(directory, cause)
  }
}
