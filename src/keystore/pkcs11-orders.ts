import { createHash } from 'node:crypto'
import { hsmFault } from './hsm-fault.ts'
import type { KeyAlgorithm } from './keystore.ts'
import {
  adoptPair,
  checkFree,
  findKey,
  hasKey,
  keyIds,
  makePair,
  removePair,
  type TokenKey,
} from './pkcs11-keys.ts'
import { hasSecret, hmacOnToken, makeSecret } from './pkcs11-secrets.ts'
import type { Pkcs11Token, TokenSession } from './pkcs11-token.ts'
import { signatureParameters } from './signing-key.ts'

/** What the service asks of the process that talks to the HSM. */
export type Pkcs11Order =
  | { readonly verb: 'check' }
  | { readonly verb: 'has'; readonly name: string }
  | { readonly verb: 'find'; readonly name: string }
  | { readonly verb: 'generate'; readonly name: string; readonly algorithm: KeyAlgorithm }
  | { readonly verb: 'adopt'; readonly name: string; readonly key: OpenKey }
  | { readonly verb: 'ids'; readonly name: string }
  | { readonly verb: 'remove'; readonly name: string; readonly id: string }
  | { readonly verb: 'sign'; readonly name: string; readonly what: ToSign }
  | { readonly verb: 'has-secret'; readonly name: string }
  | { readonly verb: 'generate-secret'; readonly name: string }
  | { readonly verb: 'hmac'; readonly name: string; readonly data: Uint8Array }

export interface OpenKey {
  readonly pkcs8: Buffer
  readonly publicKey: Buffer
  readonly algorithm: KeyAlgorithm
}

interface ToSign {
  readonly digest: Uint8Array
  /** Which key the caller means, SubjectPublicKeyInfo: a token may have been exchanged. */
  readonly publicKey: Uint8Array
}

/** A key as the service sees it. */
export interface KeyOnOffer {
  /** Of the objects on the token, hexadecimal. */
  readonly id: string
  readonly algorithm: KeyAlgorithm
  readonly publicKey: Uint8Array
}

/** What each order is answered with. */
export interface Pkcs11Answers {
  check: null
  has: boolean
  find: KeyOnOffer
  generate: KeyOnOffer
  adopt: KeyOnOffer
  ids: readonly string[]
  remove: null
  sign: Uint8Array
  'has-secret': boolean
  'generate-secret': null
  hmac: Uint8Array
}

/** Carries orders out on one token, one after the other: that is for the caller to see to. */
export class Pkcs11Clerk {
  readonly #token: Pkcs11Token
  /** The handles found in a session are good for as long as the session. */
  readonly #found = new WeakMap<TokenSession, Map<string, TokenKey>>()

  constructor(token: Pkcs11Token) {
    this.#token = token
  }

  async carryOut(order: Pkcs11Order): Promise<Pkcs11Answers[Pkcs11Order['verb']]> {
    switch (order.verb) {
      case 'check':
        return this.#token.use(() => null)
      case 'has':
        return this.#token.use((open) => hasKey(open, order.name))
      case 'find':
        return onOffer(await this.#token.use((open) => this.#find(open, order.name)))
      case 'generate': {
        const { name, algorithm } = order
        return onOffer(await this.#make(name, (open) => makePair(open, name, algorithm)))
      }
      case 'adopt': {
        const { name, key } = order
        return onOffer(await this.#make(name, (open) => adoptPair(open, name, key)))
      }
      case 'ids':
        return this.#token.use((open) => keyIds(open, order.name))
      case 'remove':
        await this.#token.use((open) => {
          removePair(open, order.name, order.id)
        })
        return null
      case 'sign':
        return this.#token.use((open) => this.#sign(open, order.name, order.what))
      case 'has-secret':
        return this.#token.use((open) => hasSecret(open, order.name))
      case 'generate-secret':
        await this.#token.useOnce((open) => {
          makeSecret(open, order.name)
        })
        return null
      case 'hmac':
        return this.#token.use((open) => hmacOnToken(open, order.name, order.data))
    }
  }

  /** Looking may be tried again, making may not. */
  async #make(name: string, make: (open: TokenSession) => Promise<TokenKey>): Promise<TokenKey> {
    await this.#token.use((open) => {
      checkFree(open, name)
    })
    return this.#token.useOnce(make)
  }

  #find(open: TokenSession, name: string): TokenKey {
    const found = this.#found.get(open) ?? new Map<string, TokenKey>()
    const key = findKey(open, name, found.get(name))
    this.#found.set(open, found.set(name, key))
    return key
  }

  #sign(open: TokenSession, name: string, what: ToSign): Buffer {
    const key = this.#found.get(open)?.get(name) ?? this.#find(open, name)
    if (!key.publicKey.equals(what.publicKey)) {
      throw hsmFault('key-replaced', { token: open.token, key: name })
    }
    return signDigest(open, key, what.digest)
  }
}

/** The hash is made here, and the HSM signs that: most HSMs hash slowly or not at all. */
export function digestFor(algorithm: KeyAlgorithm, data: Uint8Array): Buffer {
  const hash = signatureParameters[algorithm].hash.replace('-', '')
  return createHash(hash).update(data).digest()
}

/** DigestInfo with SHA-256, up to the hash (RFC 8017 §9.2, note 1). */
const sha256Info = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/**
 * Not by the library's WebCrypto: that asks the token for each of its mechanisms before every
 * signature, and hands memory to a thread that nobody keeps from being freed. This process has
 * nothing else to do, so it may wait.
 */
function signDigest({ session }: TokenSession, key: TokenKey, digest: Uint8Array): Buffer {
  const isRsa = key.algorithm.startsWith('RSA')
  // CKM_RSA_PKCS and CKM_ECDSA, whose signature is R‖S (PKCS #11 v3.0 §2.1.6 and §2.3.1)
  const mechanism = { name: isRsa ? 'RSA_PKCS' : 'ECDSA', params: null }
  const input = isRsa ? Buffer.concat([sha256Info, digest]) : Buffer.from(digest)
  return session.createSign(mechanism, key.privateKey).once(input)
}

function onOffer({ id, algorithm, publicKey }: TokenKey): KeyOnOffer {
  return { id, algorithm, publicKey }
}
