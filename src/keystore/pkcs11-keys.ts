import type { ITemplate, Key } from 'graphene-pk11'
import type { CryptoKey as KeyOnToken } from 'node-webcrypto-p11'
import { Duplicate, KeystoreUnavailable } from '../errors.ts'
import { hsmFault, returnValueOf } from './hsm-fault.ts'
import type { KeyAlgorithm, KeystoreProblem } from './keystore.ts'
import { readPublicKey } from './pkcs11-public-key.ts'
import type { TokenSession } from './pkcs11-token.ts'
import { algorithmOf, importParameters } from './signing-key.ts'

/** CKO_PUBLIC_KEY and CKO_PRIVATE_KEY (PKCS #11 v3.0 §4). */
const objectClass = { publicKey: 2, privateKey: 3 } as const

/** A pair on the token: both objects are labelled with the name and share an id. */
export interface TokenKey {
  /** Hexadecimal. */
  readonly id: string
  readonly algorithm: KeyAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly privateKey: Key
}

export function hasKey(open: TokenSession, name: string): boolean {
  return privateKeysOf(open, name).length > 0
}

/** @throws Duplicate: a token would take any number of keys of one name, so we must look */
export function checkFree(open: TokenSession, name: string): void {
  if (hasKey(open, name)) throw taken(name)
}

/**
 * @param known - what was found in this session before: reading a public key takes a while
 * @throws KeystoreUnavailable `key-missing`, `key-ambiguous`, `public-key-missing`
 */
export function findKey(open: TokenSession, name: string, known: TokenKey | null = null): TokenKey {
  const { token } = open
  const [privateKey, ...others] = privateKeysOf(open, name)
  if (privateKey === undefined) throw missing(token, name)
  if (others.length > 0) throw hsmFault('key-ambiguous', { token, key: name })
  if (known?.privateKey.handle.equals(privateKey.handle) === true) return known
  return readPair(open, name, privateKey)
}

/** Makes a pair whose private key never leaves the token (CKA_SENSITIVE, not CKA_EXTRACTABLE). */
export async function makePair(
  open: TokenSession,
  name: string,
  algorithm: KeyAlgorithm,
): Promise<TokenKey> {
  const parameters = { ...generationParameters(algorithm), ...onToken(name) }
  const made = await open.crypto.subtle.generateKey(parameters, false, ['sign', 'verify'])
  return readPair(open, name, objectOf(made.privateKey))
}

/** Puts a pair that was made elsewhere onto the token, which does not let it go again. */
export async function adoptPair(
  open: TokenSession,
  name: string,
  { pkcs8, publicKey, algorithm }: { pkcs8: Buffer; publicKey: Buffer; algorithm: KeyAlgorithm },
): Promise<TokenKey> {
  const { subtle } = open.crypto
  const parameters = { ...importParameters[algorithm], ...onToken(name) }
  const spki = new Uint8Array(publicKey)
  const kept = objectOf(await subtle.importKey('spki', spki, parameters, true, ['verify']))
  try {
    const secret = new Uint8Array(pkcs8)
    const added = objectOf(await subtle.importKey('pkcs8', secret, parameters, false, ['sign']))
    added.id = kept.id
    return readPair(open, name, added)
  } catch (error) {
    kept.destroy()
    throw error
  }
}

/** The ids of the private keys of this name that are on the token now. */
export function keyIds(open: TokenSession, name: string): string[] {
  return privateKeysOf(open, name).flatMap((key) => unlessGone(() => hexId(key)) ?? [])
}

export function removePair(open: TokenSession, name: string, id: string): void {
  const wanted = { label: name, token: true, id: Buffer.from(id, 'hex') }
  for (const object of objectsOf(open, wanted)) object.destroy()
}

function readPair(open: TokenSession, name: string, privateKey: Key): TokenKey {
  const wanted = { class: objectClass.publicKey, label: name, token: true, id: privateKey.id }
  const [publicKey] = objectsOf(open, wanted)
  if (publicKey === undefined) {
    throw hsmFault('public-key-missing', { token: open.token, key: name })
  }
  const key = readPublicKey(publicKey)
  return {
    id: hexId(privateKey),
    algorithm: algorithmOf(key),
    publicKey: key.export({ format: 'der', type: 'spki' }),
    privateKey,
  }
}

function privateKeysOf(open: TokenSession, name: string): Key[] {
  return objectsOf(open, { class: objectClass.privateKey, label: name, token: true })
}

function objectsOf({ session }: TokenSession, wanted: ITemplate): Key[] {
  const found: Key[] = []
  session.find(wanted, (object) => {
    const key = unlessGone(() => object.toType<Key>())
    if (key !== null) found.push(key)
  })
  return found
}

function hexId(key: Key): string {
  return key.id.toString('hex')
}

/** Another process may remove an object between our finding and our reading it. */
function unlessGone<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (returnValueOf(error) === 'CKR_OBJECT_HANDLE_INVALID') return null
    throw error
  }
}

function generationParameters(algorithm: KeyAlgorithm): EcKeyGenParams | RsaHashedKeyGenParams {
  const parameters = importParameters[algorithm]
  if (parameters.name === 'ECDSA') return parameters
  const publicExponent = new Uint8Array([1, 0, 1])
  return { ...parameters, modulusLength: Number(algorithm.slice(4)), publicExponent }
}

function onToken(name: string): { label: string; token: true; sensitive: true } {
  return { label: name, token: true, sensitive: true }
}

/** The library's keys are objects on the token behind the interface of WebCrypto's. */
function objectOf(key: CryptoKey): Key {
  return (key as unknown as KeyOnToken).key
}

function taken(name: string): Duplicate {
  return new Duplicate('the key exists', { key: name })
}

function missing(token: string, name: string): KeystoreUnavailable {
  return new KeystoreUnavailable(
    `token ${token} has no key ${name}: restore it from the backup of the HSM`,
    { problem: 'key-missing' satisfies KeystoreProblem, token, key: name },
  )
}
