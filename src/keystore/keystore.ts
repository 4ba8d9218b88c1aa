import type { KeyObject } from 'node:crypto'

export const keyAlgorithms = ['P-256', 'P-384', 'RSA-2048', 'RSA-3072'] as const
export type KeyAlgorithm = (typeof keyAlgorithms)[number]

/** A private key that can be asked to sign and nothing else: it stays where it was made. */
export interface SigningKey {
  readonly name: string
  readonly algorithm: KeyAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /**
   * Signs as JWS wants it (RFC 7518 §3.3, §3.4): ECDSA as R‖S with SHA-256, or SHA-384 on P-384;
   * RSA with PKCS #1 v1.5 and SHA-256.
   *
   * @throws KeystoreUnavailable when the place of the key cannot be reached
   */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** A secret that can be asked for codes of authentication and nothing else: see `generateSecret`. */
export interface SecretKey {
  readonly name: string
  /**
   * HMAC-SHA-256 (RFC 2104). Who makes keys out of it wipes what it got.
   *
   * @throws KeystoreUnavailable when the place of the secret cannot be reached
   */
  hmac(data: Uint8Array): Promise<Buffer>
}

/**
 * Private keys by name, never by bytes. Names are lower-case letters, digits and hyphens, at most
 * 64 characters. What cannot be asked raises `KeystoreUnavailable` with `facts.problem`.
 */
export interface Keystore {
  has(name: string): Promise<boolean>
  /**
   * Makes a key that outlives the process before it is returned.
   *
   * @throws Duplicate when the name is taken: a key is never replaced
   */
  generate(name: string, algorithm: KeyAlgorithm): Promise<SigningKey>
  /** @throws KeystoreUnavailable `key-missing` when there is no such key */
  key(name: string): Promise<SigningKey>
  /** Of secrets: a key and a secret may have the same name and are not the same. */
  hasSecret(name: string): Promise<boolean>
  /**
   * Makes a secret of 256 bits that outlives the process before it is returned.
   *
   * @throws Duplicate when the name is taken: a secret is never replaced
   */
  generateSecret(name: string): Promise<SecretKey>
  /** @throws KeystoreUnavailable `key-missing` when there is no such secret */
  secret(name: string): Promise<SecretKey>
}

/** A keystore that existing keys can be brought into: for PKCS#12, and for nothing else. */
export interface PortableKeystore extends Keystore {
  /**
   * Keeps a key that was made elsewhere.
   *
   * @throws Duplicate when the name is taken
   */
  adopt(name: string, privateKey: KeyObject): Promise<SigningKey>
  /**
   * The private key under a password, for a backup: EncryptedPrivateKeyInfo (RFC 5958), DER.
   *
   * @throws KeystoreUnavailable `key-not-exportable` for keys that an HSM never lets go
   */
  encryptedKey(name: string, password: Buffer): Promise<Buffer>
}

/** What was wrong, as `facts.problem` of `KeystoreUnavailable` says it. */
export type KeystoreProblem =
  | 'folder-unusable'
  | 'disk-full'
  | 'key-missing'
  | 'key-file-unreadable'
  | 'key-file-damaged'
  | 'wrong-passphrase'
  | 'passphrase-unreadable'
  | 'passphrase-empty'
  | 'key-not-exportable'
  | HsmProblem

/** What can be wrong with an HSM. */
export type HsmProblem =
  | 'library-missing'
  | 'module-missing'
  | 'hsm-unreachable'
  | 'hsm-refused'
  | 'token-missing'
  | 'token-ambiguous'
  | 'token-full'
  | 'pin-unreadable'
  | 'wrong-pin'
  | 'pin-last-try'
  | 'pin-locked'
  | 'key-ambiguous'
  | 'key-replaced'
  | 'public-key-missing'
