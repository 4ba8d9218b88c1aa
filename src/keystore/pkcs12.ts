import { X509Certificate, type KeyObject } from 'node:crypto'
import type { Random } from '../random.ts'
import type { PortableKeystore, SigningKey } from './keystore.ts'
import { type Pkcs12Contents, readPkcs12 } from './pkcs12-read.ts'
import { pkcs12Refused } from './pkcs12-refused.ts'
import { writePkcs12 } from './pkcs12-write.ts'
import { isUsableKey } from './signing-key.ts'

export interface Pkcs12Import {
  /** The name that the key gets in the keystore. */
  readonly name: string
  readonly pkcs12: Buffer
  /** UTF-8, exactly as it was typed when the file was made. */
  readonly password: Buffer
  /** Takes files protected by 3DES, RC2-40 and SHA-1, which no longer protect anything. */
  readonly allowLegacy: boolean
}

/**
 * Brings an existing CA's key into the keystore. The key never leaves this folder in the open.
 *
 * @returns the certificates as DER: the key's own, then each one's issuer where the file has it,
 *   then what else it holds. None of them is judged: that is for `pki`.
 * @throws Pkcs12Refused with `facts.problem`
 * @throws Duplicate when the name is taken
 * @throws KeystoreUnavailable
 */
export async function importPkcs12(
  keystore: PortableKeystore,
  { name, pkcs12, password, allowLegacy }: Pkcs12Import,
): Promise<{ key: SigningKey; certificates: Buffer[] }> {
  const contents = await readPkcs12(pkcs12, { password: readPassword(password), allowLegacy })
  const { privateKey } = contents.key
  if (!isUsableKey(privateKey)) throw pkcs12Refused('key-unsupported')
  const certificates = leafFirst(contents)
  return { key: await keystore.adopt(name, privateKey), certificates }
}

/**
 * The certificates that `importPkcs12` would give back, to be judged first: nothing is kept.
 *
 * @throws Pkcs12Refused as `importPkcs12`
 */
export async function inspectPkcs12({
  pkcs12,
  password,
  allowLegacy,
}: Omit<Pkcs12Import, 'name'>): Promise<Buffer[]> {
  const contents = await readPkcs12(pkcs12, { password: readPassword(password), allowLegacy })
  if (!isUsableKey(contents.key.privateKey)) throw pkcs12Refused('key-unsupported')
  return leafFirst(contents)
}

export interface Pkcs12Export {
  readonly name: string
  /** The key's own first. */
  readonly certificates: readonly Buffer[]
  /** UTF-8. Whoever has it and the file has the CA. */
  readonly password: Buffer
  readonly random: Random
}

/**
 * An encrypted backup of a key and its certificates, for keys that are in files.
 *
 * @throws Pkcs12Refused `password-unusable`, `no-certificate`, `key-of-another-certificate`
 * @throws KeystoreUnavailable `key-not-exportable` for keys in an HSM
 */
export async function exportPkcs12(
  keystore: PortableKeystore,
  { name, certificates, password, random }: Pkcs12Export,
): Promise<Buffer> {
  const text = readPassword(password)
  const [leaf] = certificates
  if (leaf === undefined) throw pkcs12Refused('no-certificate')
  const { publicKey } = await keystore.key(name)
  if (!publicKeyOf(new X509Certificate(leaf)).equals(publicKey)) {
    throw pkcs12Refused('key-of-another-certificate')
  }
  const encryptedKey = await keystore.encryptedKey(name, password)
  const parts = { encryptedKey, certificates, friendlyName: name }
  return writePkcs12(parts, { password: text, random })
}

function readPassword(password: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password)
    if (text !== '' && !text.includes('\0')) return text
  } catch {
    // Told below, together with the other passwords that no file can have.
  }
  throw pkcs12Refused('password-unusable')
}

function leafFirst({ key, certificates }: Pkcs12Contents): Buffer[] {
  if (certificates.length === 0) throw pkcs12Refused('no-certificate')
  const all = certificates.map(({ der, localKeyId }) => {
    return { certificate: new X509Certificate(der), localKeyId }
  })
  const own = all.filter(({ certificate }) => isKeyOf(key.privateKey, certificate))
  // A CA that renewed its certificate has several with one key; the file says which goes with it.
  const leaf = own.find(({ localKeyId }) => localKeyId === key.localKeyId) ?? own[0]
  if (leaf === undefined) throw pkcs12Refused('key-of-another-certificate')
  const ordered = chainFrom(
    leaf.certificate,
    all.map(({ certificate }) => certificate),
  )
  return ordered.map(({ raw }) => raw)
}

function isKeyOf(privateKey: KeyObject, certificate: X509Certificate): boolean {
  try {
    return certificate.checkPrivateKey(privateKey)
  } catch {
    // A certificate about a key that OpenSSL does not know is not about this one.
    return false
  }
}

function chainFrom(leaf: X509Certificate, all: readonly X509Certificate[]): X509Certificate[] {
  const chain = [leaf]
  const rest = new Set(all.filter((certificate) => certificate !== leaf))
  for (const certificate of chain) {
    const issuer = [...rest].find((candidate) => certificate.checkIssued(candidate))
    if (issuer === undefined) continue
    chain.push(issuer)
    rest.delete(issuer)
  }
  return [...chain, ...rest]
}

function publicKeyOf(certificate: X509Certificate): Buffer {
  return certificate.publicKey.export({ format: 'der', type: 'spki' })
}
