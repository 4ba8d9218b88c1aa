import { createPublicKey, type KeyObject } from 'node:crypto'
import { Duplicate, InputInvalid } from '../errors.ts'
import type { Keystore, SigningKey } from '../keystore/keystore.ts'

/** What checkpoints are verified with. */
export interface AuditPublicKey {
  readonly name: string
  readonly publicKey: KeyObject
}

/** The key that signs checkpoints: the newest of `audit-1`, `audit-2` …; the first is made here. */
export async function openAuditKey(keystore: Keystore): Promise<SigningKey> {
  const count = await countKeys(keystore)
  return count === 0 ? makeKey(keystore, 1) : keystore.key(keyName(count))
}

/** Makes the successor of the key in use. What older keys have signed stays good. */
export async function renewAuditKey(keystore: Keystore): Promise<SigningKey> {
  return makeKey(keystore, (await countKeys(keystore)) + 1)
}

/** Every audit key there is, the oldest first. */
export async function readAuditKeys(keystore: Keystore): Promise<AuditPublicKey[]> {
  const numbers = Array.from({ length: await countKeys(keystore) }, (_, index) => index + 1)
  return Promise.all(
    numbers.map(async (number) => {
      const { name, publicKey } = await keystore.key(keyName(number))
      return { name, publicKey: createPublicKey({ key: publicKey, format: 'der', type: 'spki' }) }
    }),
  )
}

/** One or more `PUBLIC KEY` blocks of P-256 keys. @throws InputInvalid */
export function parseAuditKeys(pem: string): AuditPublicKey[] {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []
  const keys = blocks.map((block, index) => {
    return { name: `key ${index + 1} of the file`, publicKey: parseKey(block) }
  })
  if (keys.length === 0) throw notKeys()
  return keys
}

function parseKey(block: string): KeyObject {
  try {
    const key = createPublicKey(block)
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  } catch (cause) {
    throw notKeys(cause)
  }
  throw notKeys()
}

function notKeys(cause?: unknown): InputInvalid {
  const message = 'The file holds no P-256 public key in PEM. `ecard audit key` writes one.'
  return new InputInvalid(message, { field: 'public-key' }, cause)
}

const keyName = (number: number): string => `audit-${number}`

async function countKeys(keystore: Keystore): Promise<number> {
  let count = 0
  while (await keystore.has(keyName(count + 1))) count++
  return count
}

async function makeKey(keystore: Keystore, number: number): Promise<SigningKey> {
  try {
    return await keystore.generate(keyName(number), 'P-256')
  } catch (error) {
    // Another node was first.
    if (error instanceof Duplicate) return keystore.key(keyName(number))
    throw error
  }
}
