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
}

/** What was wrong, as `facts.problem` of `KeystoreUnavailable` says it. */
export type KeystoreProblem =
  | 'folder-unusable'
  | 'key-missing'
  | 'key-file-unreadable'
  | 'key-file-damaged'
  | 'wrong-passphrase'
