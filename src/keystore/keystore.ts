import type { webcrypto } from 'node:crypto'

export const keyAlgorithms = ['P-256', 'P-384', 'RSA-2048', 'RSA-3072'] as const
export type KeyAlgorithm = (typeof keyAlgorithms)[number]

/** Both halves as WebCrypto keys; the private one signs and cannot be exported. */
export type SigningKeyPair = webcrypto.CryptoKeyPair

/**
 * Private keys by name, never by bytes. Names are lower-case letters, digits and hyphens, at most
 * 64 characters. What cannot be asked raises `KeystoreUnavailable` with `facts.problem`.
 */
export interface Keystore {
  has(name: string): Promise<boolean>
  /**
   * Makes a key pair that outlives the process before it is returned.
   *
   * @throws Duplicate when the name is taken: a key is never replaced
   */
  generate(name: string, algorithm: KeyAlgorithm): Promise<SigningKeyPair>
  /** @throws KeystoreUnavailable `key-missing` when there is no such key */
  keyPair(name: string): Promise<SigningKeyPair>
}

/** What was wrong, as `facts.problem` of `KeystoreUnavailable` says it. */
export type KeystoreProblem =
  | 'folder-unusable'
  | 'key-missing'
  | 'key-file-unreadable'
  | 'key-file-damaged'
  | 'wrong-passphrase'
