import { createPublicKey, generateKeyPair, KeyObject, sign, webcrypto } from 'node:crypto'
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

/** The one thing that a key of the keystore is good for. */
export function createSigner(privateKey: webcrypto.CryptoKey): Signer {
  const { name } = privateKey.algorithm
  if (name !== 'ECDSA')
    return async (data) => new Uint8Array(await webcrypto.subtle.sign(name, privateKey, data))
  // An ECDSA signature is made in half the time that it takes WebCrypto to have another thread make
  // it. RSA is slow enough to be worth the way.
  const key = KeyObject.from(privateKey)
  const hash = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256'
  return (data) => Promise.resolve(sign(hash, data, { key, dsaEncoding: 'ieee-p1363' }))
}

function parametersOf(key: KeyObject) {
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (curve === 'prime256v1') return { name: 'ECDSA', namedCurve: 'P-256' }
  if (curve === 'secp384r1') return { name: 'ECDSA', namedCurve: 'P-384' }
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  throw new Error('a key of an algorithm that we do not use')
}
