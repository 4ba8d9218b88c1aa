import { createPublicKey } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Key, PrivateKey, PublicKey } from 'graphene-pk11'
import type { CryptoKey as KeyOnToken } from 'node-webcrypto-p11'
import { Duplicate, KeystoreUnavailable } from '../errors.ts'
import { hsmFault } from './hsm-fault.ts'
import type { KeyAlgorithm, KeystoreProblem } from './keystore.ts'
import type { TokenSession } from './pkcs11-token.ts'
import { algorithmOf, importParameters } from './signing-key.ts'

/** CKO_PUBLIC_KEY and CKO_PRIVATE_KEY (PKCS #11 v3.0 §4). */
const objectClass = { publicKey: 2, privateKey: 3 } as const

/** How long a process waits for another to give way that made a key of this name meanwhile. */
const tie = { pauseMs: 100, pauses: 20 }

/** A pair on the token: both objects are labelled with the name and share an id. */
export interface TokenKey {
  readonly algorithm: KeyAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly privateKey: PrivateKey
}

interface Pair {
  readonly privateKey: PrivateKey
  readonly publicKey: PublicKey
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
export async function findKey(
  open: TokenSession,
  name: string,
  known: TokenKey | null = null,
): Promise<TokenKey> {
  const { token } = open
  const [privateKey, ...others] = privateKeysOf(open, name)
  if (privateKey === undefined) throw missing(token, name)
  if (others.length > 0) throw hsmFault('key-ambiguous', { token, key: name })
  if (known?.privateKey.handle.equals(privateKey.handle) === true) return known
  const [publicKey] = publicKeysOf(open, name, privateKey.id)
  if (publicKey === undefined) throw hsmFault('public-key-missing', { token, key: name })
  const spki = await exportSpki(open, publicKey)
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  return { algorithm: algorithmOf(key), publicKey: spki, privateKey }
}

/** Makes a pair whose private key never leaves the token (CKA_SENSITIVE, not CKA_EXTRACTABLE). */
export async function makePair(
  open: TokenSession,
  name: string,
  algorithm: KeyAlgorithm,
): Promise<TokenKey> {
  const parameters = { ...generationParameters(algorithm), ...onToken(name) }
  const made = await open.crypto.subtle.generateKey(parameters, false, ['sign', 'verify'])
  await keepAlone(open, name, {
    privateKey: objectOf(made.privateKey).toType<PrivateKey>(),
    publicKey: objectOf(made.publicKey).toType<PublicKey>(),
  })
  return findKey(open, name)
}

/** Puts a pair that was made elsewhere onto the token, which does not let it go again. */
export async function adoptPair(
  open: TokenSession,
  name: string,
  { pkcs8, publicKey, algorithm }: { pkcs8: Buffer; publicKey: Buffer; algorithm: KeyAlgorithm },
): Promise<TokenKey> {
  const { subtle } = open.crypto
  const parameters = { ...importParameters[algorithm], ...onToken(name) }
  const kept = await subtle.importKey('spki', new Uint8Array(publicKey), parameters, true, [
    'verify',
  ])
  const pair = { publicKey: objectOf(kept).toType<PublicKey>() }
  const added = await subtle
    .importKey('pkcs8', new Uint8Array(pkcs8), parameters, false, ['sign'])
    .catch((error: unknown) => {
      pair.publicKey.destroy()
      throw error
    })
  const privateKey = objectOf(added).toType<PrivateKey>()
  privateKey.id = pair.publicKey.id
  await keepAlone(open, name, { ...pair, privateKey })
  return findKey(open, name)
}

/**
 * Gives way to another process that made a key of this name at the same time: of two, the one whose
 * id is smaller stays. The other may have answered before ours was there, and then it does not go;
 * so we wait for that no longer than a while, and then go ourselves. Two keys never stay.
 *
 * @throws Duplicate when ours went
 */
async function keepAlone(open: TokenSession, name: string, own: Pair): Promise<void> {
  let before: readonly string[] = []
  for (let pause = 0; pause < tie.pauses; pause++) {
    const others = othersOf(open, name, own)
    if (others.length === 0) return
    const smaller = others.filter((id) => id < own.privateKey.id.toString('hex'))
    // Seen twice: the library gives a new key its final id only a moment after it made it.
    if (smaller.some((id) => before.includes(id))) break
    before = smaller
    await delay(tie.pauseMs)
  }
  own.privateKey.destroy()
  own.publicKey.destroy()
  throw taken(name)
}

/** The ids of the other private keys of this name. */
function othersOf(open: TokenSession, name: string, { privateKey }: Pair): string[] {
  return privateKeysOf(open, name)
    .filter(({ handle }) => !handle.equals(privateKey.handle))
    .map(({ id }) => id.toString('hex'))
}

function privateKeysOf({ session }: TokenSession, name: string): PrivateKey[] {
  const found: PrivateKey[] = []
  session.find({ class: objectClass.privateKey, label: name, token: true }, (object) => {
    found.push(object.toType<PrivateKey>())
  })
  return found
}

function publicKeysOf({ session }: TokenSession, name: string, id: Buffer): PublicKey[] {
  const found: PublicKey[] = []
  session.find({ class: objectClass.publicKey, label: name, token: true, id }, (object) => {
    found.push(object.toType<PublicKey>())
  })
  return found
}

async function exportSpki({ crypto, library }: TokenSession, key: PublicKey): Promise<Buffer> {
  const stored = await crypto.keyStorage.getItem(library.CryptoKey.getID(key))
  return Buffer.from(await crypto.subtle.exportKey('spki', stored))
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
