import { createHash } from 'node:crypto'
import { Duplicate } from '../errors.ts'
import type { KeyAlgorithm, Keystore, SigningKey } from '../keystore/keystore.ts'
import type { Authority } from './authority.ts'
import type { CertificateStore } from './certificate-store.ts'
import { parseCertificate, type Certificate } from './certificate.ts'

/**
 * The keys of an authority's OCSP signers are `ocsp-<slug>`, then `ocsp-<slug>-2` and so on: each
 * certificate has a key of its own, so that no key is in use for longer than one lasts.
 */
function keyName({ slug }: Authority, number: number): string {
  return number === 1 ? `ocsp-${slug}` : `ocsp-${slug}-${number}`
}

/** The key that `certificate` is about; null when this keystore does not have it. */
export async function findSignerKey(
  keystore: Keystore,
  authority: Authority,
  certificate: Certificate,
): Promise<SigningKey | null> {
  const certified = certificate.publicKey.export({ format: 'der', type: 'spki' })
  // The newest first: it is nearly always that one.
  for (let number = await countKeys(keystore, authority); number > 0; number--) {
    const key = await keystore.key(keyName(authority, number))
    if (key.publicKey.equals(certified)) return key
  }
  return null
}

/**
 * A key that was never certified: the newest, where a run was cut off after it had made it, else a
 * new one.
 */
export async function freshSignerKey(
  keystore: Keystore,
  authority: Authority,
  certificates: Pick<CertificateStore, 'listKeyUses'>,
): Promise<SigningKey> {
  const count = await countKeys(keystore, authority)
  if (count > 0) {
    const newest = await keystore.key(keyName(authority, count))
    const fingerprint = createHash('sha256').update(newest.publicKey).digest()
    const uses = await certificates.listKeyUses(fingerprint)
    if (uses.length === 0) return newest
  }
  return generate(keystore, keyName(authority, count + 1), algorithmFor(authority))
}

async function countKeys(keystore: Keystore, authority: Authority): Promise<number> {
  let count = 0
  while (await keystore.has(keyName(authority, count + 1))) count++
  return count
}

async function generate(
  keystore: Keystore,
  name: string,
  algorithm: KeyAlgorithm,
): Promise<SigningKey> {
  try {
    return await keystore.generate(name, algorithm)
  } catch (error) {
    // Made by another node, which then lost its connection and with it the lock.
    if (error instanceof Duplicate) return keystore.key(name)
    throw error
  }
}

/** Whoever can verify the authority's signature on the certificate can verify the signer's. */
function algorithmFor({ certificateDer }: Authority): KeyAlgorithm {
  const { asymmetricKeyType } = parseCertificate(certificateDer).publicKey
  return asymmetricKeyType === 'rsa' ? 'RSA-3072' : 'P-256'
}
