import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { pointersTo, type PkiAddresses } from './addresses.ts'

/** What an authority's certificate says beyond names, dates and key. */
export interface AuthorityExtensionInput {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** Hexadecimal, as the issuer's certificate has it; null for a root, which is its own issuer. */
  readonly issuerKeyIdentifier: string | null
  /** The authority that signs; null for a root, which points to nobody. */
  readonly issuerSlug: string | null
  /** Below the policy arc; empty for a root, which may issue under all. */
  readonly policies: readonly string[]
  readonly policyArc: string
  readonly addresses: PkiAddresses
}

/**
 * The extensions of a CA certificate (RFC 5280 §4.2): a root may sign one level of authorities, an
 * issuing one end entities alone. No OCSP: an authority's own standing is on its root's list.
 */
export async function authorityExtensions(
  input: AuthorityExtensionInput,
): Promise<x509.Extension[]> {
  const { publicKey, issuerKeyIdentifier, issuerSlug } = input
  const signing: x509.KeyUsageFlags = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
  // RFC 5280 §4.2.1.2, method (1).
  const own = await x509.SubjectKeyIdentifierExtension.create(new Uint8Array(publicKey))
  return [
    new x509.BasicConstraintsExtension(true, issuerSlug === null ? 1 : 0, true),
    new x509.KeyUsagesExtension(signing, true),
    own,
    new x509.AuthorityKeyIdentifierExtension(issuerKeyIdentifier ?? own.keyId),
    ...whatItClaims(input),
  ]
}

/**
 * Policies and addresses: what a request from another machine claims, and the signer compares with
 * its own configuration.
 */
export function whatItClaims({
  policies,
  policyArc,
  issuerSlug,
  addresses,
}: Pick<
  AuthorityExtensionInput,
  'policies' | 'policyArc' | 'issuerSlug' | 'addresses'
>): x509.Extension[] {
  const oids = policies.map((policy) => `${policyArc}.${policy}`)
  return [
    ...(oids.length > 0 ? [new x509.CertificatePolicyExtension(oids)] : []),
    ...(issuerSlug === null ? [] : pointers(issuerSlug, addresses)),
  ]
}

/** RFC 5280 §4.2.2.1 and §4.2.1.13. */
function pointers(slug: string, addresses: PkiAddresses): x509.Extension[] {
  const { caIssuers, crl } = pointersTo({ slug, crlPartition: 0 }, ['caIssuers', 'crl'], addresses)
  return [
    ...(caIssuers === null ? [] : [new x509.AuthorityInfoAccessExtension({ caIssuers })]),
    ...(crl === null ? [] : [new x509.CRLDistributionPointsExtension([crl])]),
  ]
}
