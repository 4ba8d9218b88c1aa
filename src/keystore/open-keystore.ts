import { openFileKeystore, type FileKeystoreOptions } from './file-keystore.ts'
import type { TokenAddress } from './hsm-fault.ts'
import type { PortableKeystore } from './keystore.ts'
import { openPkcs11Keystore, type Pkcs11Keystore } from './pkcs11-keystore.ts'

/** Which keys can have a place of their own: their names start so. */
const prefixes = {
  ca: 'ca-',
  ocsp: 'ocsp-',
  oidc: 'oidc-',
  audit: 'audit-',
  card: 'card-',
  pass: 'pass-',
} as const

export type KeyFamily = keyof typeof prefixes
/**
 * The authorities' keys, their OCSP signers', those that sign tokens and the audit, what cards are
 * made with, and what temporary passes are kept by.
 */
export const keyFamilies = Object.keys(prefixes) as readonly KeyFamily[]

export interface HsmKeys extends TokenAddress {
  /** The families whose keys are on the token; all other keys are in files. */
  readonly keys: readonly KeyFamily[]
}

export interface KeystoreOptions extends FileKeystoreOptions {
  /** Null where there is no HSM. */
  readonly pkcs11: HsmKeys | null
}

/** Every key of the service, wherever it is. */
export interface OpenKeystore extends PortableKeystore {
  /** Lets the HSM go. */
  close(): void
}

/**
 * Opens the files and, where some keys are to be there, the HSM. A key is looked for in the one
 * place that its family has: one that is in the other place, too, is not found by accident.
 *
 * @throws KeystoreUnavailable for what somebody has to put right; an HSM that is away comes back
 */
export async function openKeystore(options: KeystoreOptions): Promise<OpenKeystore> {
  const files = await openFileKeystore(options)
  const { pkcs11 } = options
  if (pkcs11 === null || pkcs11.keys.length === 0) return { ...files, close: () => undefined }
  return routed(files, await openPkcs11Keystore(pkcs11), pkcs11.keys)
}

function routed(
  files: PortableKeystore,
  token: Pkcs11Keystore,
  families: readonly KeyFamily[],
): OpenKeystore {
  const placeOf = (name: string): PortableKeystore => {
    return families.some((family) => name.startsWith(prefixes[family])) ? token : files
  }
  return {
    has: (name) => placeOf(name).has(name),
    key: (name) => placeOf(name).key(name),
    hasSecret: (name) => placeOf(name).hasSecret(name),
    generateSecret: (name) => placeOf(name).generateSecret(name),
    secret: (name) => placeOf(name).secret(name),
    generate: (name, algorithm) => placeOf(name).generate(name, algorithm),
    adopt: (name, privateKey) => placeOf(name).adopt(name, privateKey),
    encryptedKey: (name, password) => placeOf(name).encryptedKey(name, password),
    close: () => {
      token.close()
    },
  }
}
