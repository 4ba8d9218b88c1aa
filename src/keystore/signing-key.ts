import { createPublicKey, generateKeyPair, type KeyObject, webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyAlgorithm, SigningKey } from './keystore.ts'

const makeKeyPair = promisify(generateKeyPair)

/** How WebCrypto names a key of each algorithm. */
export const importParameters = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384' },
  'RSA-2048': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  'RSA-3072': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const satisfies Record<KeyAlgorithm, { name: string; namedCurve?: string; hash?: string }>

/** How WebCrypto signs with it, the hash as strong as the key (SP 800-57 part 1, table 3). */
export const signatureParameters = {
  'P-256': { name: 'ECDSA', hash: 'SHA-256' },
  'P-384': { name: 'ECDSA', hash: 'SHA-384' },
  'RSA-2048': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  'RSA-3072': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const satisfies Record<KeyAlgorithm, { name: string; hash: string }>

/** A new private key, still in the open: it is for writing to the keystore and nothing else. */
export async function makePrivateKey(algorithm: KeyAlgorithm): Promise<KeyObject> {
  switch (algorithm) {
    case 'P-256':
    case 'P-384':
      return (await makeKeyPair('ec', { namedCurve: algorithm })).privateKey
    case 'RSA-2048':
    case 'RSA-3072':
      return (await makeKeyPair('rsa', { modulusLength: Number(algorithm.slice(4)) })).privateKey
  }
}

/** From here on it is a key of WebCrypto's, which nobody can take out of this process. */
export async function importSigningKey(name: string, privateKey: KeyObject): Promise<SigningKey> {
  const algorithm = algorithmOf(privateKey)
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  try {
    const key = await webcrypto.subtle.importKey(
      'pkcs8',
      pkcs8,
      importParameters[algorithm],
      false,
      ['sign'],
    )
    const parameters = signatureParameters[algorithm]
    return {
      name,
      algorithm,
      publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
      sign: async (data) => new Uint8Array(await webcrypto.subtle.sign(parameters, key, data)),
    }
  } finally {
    pkcs8.fill(0)
  }
}

/** @throws Error for keys that no algorithm of ours has */
export function algorithmOf(key: KeyObject): KeyAlgorithm {
  const algorithm = algorithmOrNull(key)
  if (algorithm === null) throw new Error('a key of an algorithm that we do not use')
  return algorithm
}

export function isUsableKey(key: KeyObject): boolean {
  return algorithmOrNull(key) !== null
}

function algorithmOrNull(key: KeyObject): KeyAlgorithm | null {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {}
  if (namedCurve === 'prime256v1') return 'P-256'
  if (namedCurve === 'secp384r1') return 'P-384'
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 2048) return 'RSA-2048'
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 3072) return 'RSA-3072'
  return null
}
