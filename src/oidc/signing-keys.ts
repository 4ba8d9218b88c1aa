import { createPublicKey, type KeyObject } from 'node:crypto'
import { ExternalSigningKey } from 'oidc-provider'
import { Duplicate } from '../errors.ts'
import type { KeyAlgorithm, Keystore, SigningKey } from '../keystore/keystore.ts'

export type { ExternalSigningKey }

/** How tokens are signed; ES256 is what clients get unless they ask for RS256. */
const algorithms = [
  { alg: 'ES256', name: 'oidc-es256', key: 'P-256' },
  { alg: 'RS256', name: 'oidc-rs256', key: 'RSA-2048' },
] as const satisfies readonly {
  alg: string
  name: string
  key: KeyAlgorithm
}[]

/**
 * The keys that sign tokens, made at the first start. Private keys stay in the keystore: the
 * provider gets public keys and a way to sign.
 */
export async function openSigningKeys(keystore: Keystore): Promise<ExternalSigningKey[]> {
  return Promise.all(
    algorithms.map(async ({ alg, name, key }) => {
      return new KeystoreSigningKey(alg, await ensureKey(keystore, name, key))
    }),
  )
}

async function ensureKey(
  keystore: Keystore,
  name: string,
  algorithm: KeyAlgorithm,
): Promise<SigningKey> {
  if (await keystore.has(name)) return keystore.key(name)
  try {
    return await keystore.generate(name, algorithm)
  } catch (error) {
    // Another node, starting at the same time, was first.
    if (error instanceof Duplicate) return keystore.key(name)
    throw error
  }
}

class KeystoreSigningKey extends ExternalSigningKey {
  readonly #publicKey: KeyObject
  readonly #key: SigningKey

  constructor(alg: string, key: SigningKey) {
    super()
    this.#publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' })
    this.#key = key
    // The library declares a getter alone, but reads and fills this property.
    Object.assign(this, { alg })
  }

  override keyObject(): KeyObject {
    return this.#publicKey
  }

  override sign(data: Uint8Array): Promise<Uint8Array> {
    return this.#key.sign(data)
  }
}
