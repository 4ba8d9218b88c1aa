import type * as x509 from '@peculiar/x509'
import { LRUCache } from 'lru-cache'
import type { SigningKey } from '../keystore/keystore.ts'
import type { Pointers } from './addresses.ts'
import { keyOf } from './authority-key.ts'
import { AuthorityUnavailable, type Authority } from './authority.ts'
import type { KeyUsage } from './certificate-extensions.ts'
import { fingerprintOf, parseCertificate, type Certificate } from './certificate.ts'
import { sharedLeafExtensions } from './extensions.ts'
import type { IssuanceDeps } from './issuance-deps.ts'
import type { LeafProfile } from './leaf-profile.ts'
import { nameInCertificate } from './signing.ts'

/** An authority that may sign now, with its key. */
export interface Issuer extends IssuerParts {
  readonly authority: Authority
  readonly key: SigningKey
}

/** What its certificate comes to when it is taken apart. */
interface IssuerParts {
  readonly certificate: Certificate
  /** The name that goes into what it issues. */
  readonly name: x509.Name
  readonly nameDer: Buffer
  readonly keyIdentifier: Buffer
  readonly publicKey: Buffer
}

/**
 * The authority that signs for the profile. Its row is read each time, so that one that was retired
 * or revoked a moment ago signs nothing more; only what follows from its certificate is remembered.
 *
 * @param authorityId - for profiles that every authority issues for itself; else null
 * @throws AuthorityUnavailable when there is none, it was revoked, or its key is not here
 * @throws KeystoreUnavailable
 */
export async function findIssuer(
  { keystore, certificates }: Pick<IssuanceDeps, 'keystore' | 'certificates'>,
  profile: LeafProfile,
  authorityId: string | null,
): Promise<Issuer> {
  const { issuer: kind } = profile
  const authority =
    kind === 'own'
      ? await certificates.findAuthority(authorityId ?? '')
      : await certificates.findIssuingAuthority(kind)
  if (authority === null || authority.state === 'revoked') {
    const message = `there is no authority for ${kind}: make the authorities first`
    throw new AuthorityUnavailable(message, { kind })
  }
  const parts = partsOf(authority)
  const key = await keyOf(keystore, authority, (found) => found.publicKey.equals(parts.publicKey))
  return { authority, key, ...parts }
}

/** By fingerprint: the same bytes never come to anything else. */
const knownParts = new LRUCache<string, IssuerParts>({ max: 64 })

function partsOf({ id, name, certificateDer }: Authority): IssuerParts {
  const fingerprint = fingerprintOf(certificateDer).toString('hex')
  const known = knownParts.get(fingerprint)
  if (known) return known
  const certificate = parseCertificate(certificateDer)
  if (certificate.subjectKeyIdentifier === null) {
    const message = `the certificate of ${name} does not identify its key`
    throw new AuthorityUnavailable(message, { authorityId: id })
  }
  const issuerName = nameInCertificate(certificateDer)
  const parts = {
    certificate,
    name: issuerName,
    nameDer: Buffer.from(issuerName.toArrayBuffer()),
    keyIdentifier: Buffer.from(certificate.subjectKeyIdentifier, 'hex'),
    publicKey: certificate.publicKey.export({ format: 'der', type: 'spki' }),
  }
  knownParts.set(fingerprint, parts)
  return parts
}

export interface SharedExtensions {
  readonly policyArc: string
  readonly pointers: Pointers
  readonly keyUsage: readonly KeyUsage[]
}

/** Per profile, then by everything else that goes in. */
const knownExtensions = new WeakMap<LeafProfile, LRUCache<string, readonly x509.Extension[]>>()

/** What all certificates of one issuer, profile, kind of key and part of the list share. */
export function extensionsOf(
  { keyIdentifier }: IssuerParts,
  profile: LeafProfile,
  shared: SharedExtensions,
): readonly x509.Extension[] {
  const known = knownExtensions.get(profile) ?? new LRUCache({ max: 2_048 })
  knownExtensions.set(profile, known)
  const name = JSON.stringify([keyIdentifier.toString('hex'), shared])
  const found = known.get(name)
  if (found) return found
  const made = sharedLeafExtensions(profile, { issuerKeyIdentifier: keyIdentifier, ...shared })
  known.set(name, made)
  return made
}
