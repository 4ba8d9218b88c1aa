import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import type { SigningKey } from '../keystore/keystore.ts'
import type { AuthorityDeps } from './authority-deps.ts'
import { authorityExtensions } from './authority-extensions.ts'
import type { Authority } from './authority.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import type { PlannedAuthority } from './ceremony.ts'
import { keyOf } from './authority-key.ts'
import { makeSerialNumber } from './serial-number.ts'
import { checkSigned, nameInCertificate, sign, type ToBeSigned } from './signing.ts'
import { rootValidity, validityWithin } from './validity.ts'

/** An authority that is there, and whose key the keystore holds. */
export interface ReadyAuthority {
  readonly authority: Authority
  readonly certificate: Certificate
  readonly key: SigningKey
}

/**
 * @throws KeystoreUnavailable
 * @throws AuthorityUnavailable when the key is kept elsewhere, or is not the certificate's
 */
export async function readyAuthority(
  { keystore }: Pick<AuthorityDeps, 'keystore'>,
  authority: Authority,
): Promise<ReadyAuthority> {
  const key = await keyOf(keystore, authority)
  return { authority, key, certificate: parseCertificate(authority.certificateDer) }
}

export interface AuthorityCertificateRequest {
  readonly planned: PlannedAuthority
  readonly subject: x509.Name
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** Null for a root, which signs itself. */
  readonly issuer: ReadyAuthority | null
}

/**
 * Exactly what will be signed.
 *
 * @throws AuthorityUnavailable when the issuer is not valid now
 */
export async function prepareAuthorityCertificate(
  deps: AuthorityDeps,
  { planned, subject, publicKey, issuer }: AuthorityCertificateRequest,
): Promise<ToBeSigned> {
  const { policyArc, addresses } = deps
  return {
    serialNumber: makeSerialNumber(deps.random),
    subject,
    issuer: issuer ? nameInCertificate(issuer.authority.certificateDer) : subject,
    ...validityOf(planned, issuer, deps.clock.now()),
    publicKey,
    extensions: await authorityExtensions({
      ...{ publicKey, policyArc, addresses, policies: planned.policies },
      issuerKeyIdentifier: issuer?.certificate.subjectKeyIdentifier ?? null,
      issuerSlug: issuer?.authority.slug ?? null,
    }),
  }
}

/** Signs, and reads the result back as a stranger would. @returns DER */
export async function signAuthorityCertificate(
  toBeSigned: ToBeSigned,
  issuer: ReadyAuthority | null,
  ownKey: SigningKey | null,
): Promise<Buffer> {
  const key = issuer?.key ?? ownKey
  if (key === null) throw new TypeError('a root is signed with its own key')
  const der = await sign(toBeSigned, key)
  checkSigned(der, toBeSigned, { issuer: issuer?.certificate ?? null, authoritiesBelow: 1 })
  return der
}

const attribute = { country: '2.5.4.6', organisation: '2.5.4.10', commonName: '2.5.4.3' } as const

/** ETSI EN 319 412-2 §4.2.3.1: an issuer's country, organisation and common name. */
export function authoritySubject({
  commonName,
  organisation,
}: Pick<PlannedAuthority, 'commonName' | 'organisation'>): x509.Name {
  return new x509.Name([
    { [attribute.country]: [{ printableString: 'VN' }] },
    ...(organisation === null
      ? []
      : [{ [attribute.organisation]: [{ utf8String: organisation }] }]),
    { [attribute.commonName]: [{ utf8String: commonName }] },
  ])
}

/** A year is 365.25 days here, so that ten of them end on the day they began, or the one before. */
function validityOf({ validityYears }: PlannedAuthority, issuer: ReadyAuthority | null, now: Date) {
  const validityDays = Math.floor(validityYears * 365.25)
  if (!issuer) return rootValidity(validityDays, now)
  const limits = { validityDays, notAfter: null, now }
  return validityWithin(issuer.certificate, issuer.authority, limits)
}
