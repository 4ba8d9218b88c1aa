import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { extendedKeyUsages } from './card-profile.ts'
import type { AuthorityProfile, LeafProfile } from './profiles.ts'

/** The extensions of what we issue (RFC 5280 §4.2), from profile, keys and names. */
export interface ExtensionInput {
  /** SubjectPublicKeyInfo of subject and issuer, DER. */
  readonly publicKey: Buffer
  readonly issuerPublicKey: Buffer
  readonly policyArc: string
}

export interface LeafExtensionInput extends ExtensionInput {
  /** The card's UUID, or the terminal's id, as `urn:uuid:` (FIPS 201-3 §5.2.1). */
  readonly uuid: string
}

export async function leafExtensions(
  profile: LeafProfile,
  input: LeafExtensionInput,
): Promise<x509.Extension[]> {
  const { usages, critical } = profile.extendedKeyUsage
  const oids = usages.map((name) => extendedKeyUsages[name])
  return [
    new x509.KeyUsagesExtension(leafKeyUsage(profile), true),
    new x509.ExtendedKeyUsageExtension(oids, critical),
    new x509.CertificatePolicyExtension([`${input.policyArc}.${profile.policy}`]),
    new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `urn:uuid:${input.uuid}` }]),
    ...(await keyIdentifiers(input)),
    ...pointers(profile),
  ]
}

export async function authorityExtensions(
  profile: AuthorityProfile,
  input: ExtensionInput,
): Promise<x509.Extension[]> {
  const policies = profile.policies.map((policy) => `${input.policyArc}.${policy}`)
  return [
    new x509.BasicConstraintsExtension(true, profile.pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ...(policies.length > 0 ? [new x509.CertificatePolicyExtension(policies)] : []),
    ...(await keyIdentifiers(input)),
    ...pointers(profile),
  ]
}

function leafKeyUsage({ keyUsage }: LeafProfile): x509.KeyUsageFlags {
  return keyUsage.map((name) => x509.KeyUsageFlags[name]).reduce((set, flag) => set | flag)
}

/** RFC 5280 §4.2.1.1 and §4.2.1.2, both by method (1). */
async function keyIdentifiers(input: ExtensionInput): Promise<x509.Extension[]> {
  return [
    await x509.SubjectKeyIdentifierExtension.create(new Uint8Array(input.publicKey)),
    await x509.AuthorityKeyIdentifierExtension.create(new Uint8Array(input.issuerPublicKey)),
  ]
}

/** RFC 5280 §4.2.2.1 and §4.2.1.13, where the profile has addresses. */
function pointers({
  caIssuersUrls,
  ocspUrls,
  crlUrls,
}: Pick<LeafProfile, 'caIssuersUrls' | 'ocspUrls' | 'crlUrls'>): x509.Extension[] {
  const access = {
    ...(caIssuersUrls.length > 0 && { caIssuers: caIssuersUrls }),
    ...(ocspUrls.length > 0 && { ocsp: ocspUrls }),
  }
  return [
    ...(Object.keys(access).length > 0 ? [new x509.AuthorityInfoAccessExtension(access)] : []),
    ...(crlUrls.length > 0 ? [new x509.CRLDistributionPointsExtension(crlUrls)] : []),
  ]
}
