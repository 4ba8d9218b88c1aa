import { createPublicKey, generateKeyPair, type KeyObject, webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyAlgorithm, SigningKeyPair } from './keystore.ts'

const makeKeyPair = promisify(generateKeyPair)

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

/** The pair for WebCrypto: from here on nobody can take the private key out. */
export async function importKeyPair(privateKey: KeyObject): Promise<SigningKeyPair> {
  const parameters = parametersOf(privateKey)
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  try {
    return {
      publicKey: await webcrypto.subtle.importKey('spki', spki, parameters, true, ['verify']),
      privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, parameters, false, ['sign']),
    }
  } finally {
    pkcs8.fill(0)
  }
}

/** Signs as JWS wants it (RFC 7518 §3.3, §3.4): RSA with PKCS #1 v1.5, ECDSA as R‖S. */
export type Signer = (data: Uint8Array) => Promise<Uint8Array>

/**
 * The one thing that a key of the keystore is good for. It stays a WebCrypto key, which nobody can
 * take out of this process, wherever it lives; Node's own `sign` would need it in the open.
 */
export function createSigner(privateKey: webcrypto.CryptoKey): Signer {
  const { name } = privateKey.algorithm
  const parameters = name === 'ECDSA' ? { name, hash: ecdsaHashOf(privateKey) } : { name }
  return async (data) => new Uint8Array(await webcrypto.subtle.sign(parameters, privateKey, data))
}

/** The hash that goes with the curve (RFC 7518 §3.4). */
function ecdsaHashOf({ algorithm }: webcrypto.CryptoKey): string {
  const { namedCurve } = algorithm as webcrypto.EcKeyAlgorithm
  return namedCurve === 'P-384' ? 'SHA-384' : 'SHA-256'
}

function parametersOf(key: KeyObject) {
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (curve === 'prime256v1') return { name: 'ECDSA', namedCurve: 'P-256' }
  if (curve === 'secp384r1') return { name: 'ECDSA', namedCurve: 'P-384' }
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  throw new Error('a key of an algorithm that we do not use')
}
