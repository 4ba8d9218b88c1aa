/**
 * Where certificates say that their issuer, status and revocation list are found. The same paths
 * are what the service answers, on plain HTTP too: what is fetched there is signed.
 */
export interface PkiAddresses {
  /** An origin without a path, such as `http://pki.example`. */
  readonly base: string
  /** The authority's own certificate, DER (RFC 5280 §4.2.2.1). */
  caIssuers(slug: string): string
  /** One responder for all authorities (RFC 6960). */
  ocsp(): string
  /** One part of an authority's revocation list, DER (RFC 5280 §4.2.1.13). */
  crl(slug: string, partition: number): string
}

/** @param base - an origin without a path; certificates carry it for as long as they are valid */
export function createPkiAddresses(base: string): PkiAddresses {
  return {
    base,
    caIssuers: (slug) => `${base}/pki/ca/${slug}.cer`,
    ocsp: () => `${base}/pki/ocsp`,
    crl: (slug, partition) => `${base}/pki/crl/${slug}/${partition}.crl`,
  }
}

/** What a profile wants its certificates to point to. */
export const pointerNames = ['caIssuers', 'ocsp', 'crl'] as const
export type PointerName = (typeof pointerNames)[number]

/** The addresses that one certificate carries; null where it carries none. */
export type Pointers = Readonly<Record<PointerName, string | null>>

/** The addresses for what `issuer` signs, as far as the profile wants them. */
export function pointersTo(
  issuer: { readonly slug: string; readonly crlPartition: number },
  wanted: readonly PointerName[],
  addresses: PkiAddresses,
): Pointers {
  const has = (name: PointerName) => wanted.includes(name)
  return {
    caIssuers: has('caIssuers') ? addresses.caIssuers(issuer.slug) : null,
    ocsp: has('ocsp') ? addresses.ocsp() : null,
    crl: has('crl') ? addresses.crl(issuer.slug, issuer.crlPartition) : null,
  }
}
