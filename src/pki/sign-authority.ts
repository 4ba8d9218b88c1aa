import 'reflect-metadata'
import { createHash } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { Duplicate } from '../errors.ts'
import {
  authoritySubject,
  prepareAuthorityCertificate,
  readyAuthority,
  signAuthorityCertificate,
} from './authority-certificate.ts'
import type { AuthorityDeps, AuthoritySwitchDeps } from './authority-deps.ts'
import { whatItClaims } from './authority-extensions.ts'
import { AuthorityRefused, AuthorityUnavailable, type Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import { readSigningRequest } from './certificate-signing-request.ts'
import type { Ceremony } from './ceremony.ts'
import { checkPublicKey } from './key-policy.ts'
import { audited, newAuthority } from './make-authority.ts'
import { placeOfSubject, type PlannedPlace } from './planned-subject.ts'
import { registerAuthorities } from './register-authority.ts'

/** A request that may be signed: what for, and by whom. */
export interface JudgedRequest extends PlannedPlace {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** SHA-256 of the request, hexadecimal: the other machine showed the same. */
  readonly sha256: string
  readonly root: Authority
}

/**
 * Is this a request that the ceremony foresees? On the machine that has the root's key. In order:
 * the request's own signature, its name, its key, that the key is new, and that the machine it
 * comes from is configured as this one. Changes nothing.
 *
 * @param csr - one PKCS #10 request, DER
 * @throws CertificateRequestRefused `csr`, `publicKey`
 * @throws AuthorityRefused `csr.subject`, `csr.policies`, `csr.addresses`
 * @throws Duplicate when name or key are an authority's already
 * @throws AuthorityUnavailable when there is no root whose key is here
 */
export async function judgeAuthorityRequest(
  deps: Pick<AuthorityDeps, 'certificates' | 'policyArc' | 'addresses'>,
  { ceremony, csr }: { readonly ceremony: Ceremony; readonly csr: Buffer },
): Promise<JudgedRequest> {
  const authorities = await deps.certificates.listAuthorities()
  const root = rootOf(authorities)
  const { publicKey, requestedSubject } = readSigningRequest(csr)
  const place = placeOfSubject(requestedSubject, { ceremony, authorities }, 'csr.subject')
  checkPublicKey(publicKey, [place.planned.keyAlgorithm])
  checkNewKey(publicKey, authorities)
  checkClaims(deps, csr, { place, root })
  const sha256 = createHash('sha256').update(csr).digest('hex')
  return { ...place, publicKey, sha256, root }
}

/**
 * Signs with the root's key and registers the authority here too, as one whose key is elsewhere:
 * this registry has all that its root ever signed.
 *
 * @returns the registered authority
 * @throws AuthorityUnavailable, KeystoreUnavailable, Duplicate
 */
export async function signAuthorityRequest(
  deps: AuthoritySwitchDeps,
  { slug, planned, predecessor, publicKey, sha256, root }: JudgedRequest,
  { actor }: { readonly actor: string | null },
): Promise<Authority> {
  const issuer = await readyAuthority(deps, root)
  const subject = authoritySubject(planned)
  const toBeSigned = await prepareAuthorityCertificate(deps, {
    ...{ planned, subject, publicKey, issuer },
  })
  const { kind, commonName, crlPartitions } = planned
  const facts = { kind, slug, csr: sha256, serialNumber: toBeSigned.serialNumber }
  return audited(deps, { event: 'authority.signed', actor, facts }, async () => {
    const certificateDer = await signAuthorityCertificate(toBeSigned, issuer, null)
    const authority = newAuthority({
      ...{ id: deps.random.uuid(), slug, name: commonName, kind, certificateDer, crlPartitions },
      ...{ keyName: null, issuerId: root.id },
    })
    await registerAuthorities(deps, [authority], { retires: predecessor })
    return authority
  })
}

function rootOf(authorities: readonly Authority[]): Authority {
  const root = authorities.find(({ kind, state }) => kind === 'root' && state === 'issuing')
  if (root?.keyName) return root
  const advice = 'hold the ceremony on this machine first: ecard ca init --root-machine'
  throw new AuthorityUnavailable(`there is no root with its key on this machine: ${advice}`)
}

/** Two authorities with one key could not be told apart (and either could end the other). */
function checkNewKey(publicKey: Buffer, authorities: readonly Authority[]): void {
  const other = authorities.find(({ certificateDer }) => {
    const certified = parseCertificate(certificateDer).publicKey
    return certified.export({ format: 'der', type: 'spki' }).equals(publicKey)
  })
  if (!other) return
  throw new Duplicate(`the key of the request is that of ${other.name}: make a new one`, {
    slug: other.slug,
  })
}

interface ClaimContext {
  readonly place: PlannedPlace
  readonly root: Authority
}

const policiesId = '2.5.29.32'

/** A request of another tool may claim nothing; one that does has to claim what we would sign. */
function checkClaims(
  { policyArc, addresses }: Pick<AuthorityDeps, 'policyArc' | 'addresses'>,
  csr: Buffer,
  { place, root }: ClaimContext,
): void {
  const { policies } = place.planned
  const claimed = new Map(requestedExtensions(csr).map((claim) => [claim.type, claim.rawData]))
  for (const ours of whatItClaims({ policies, policyArc, addresses, issuerSlug: root.slug })) {
    const theirs = claimed.get(ours.type)
    if (theirs === undefined || Buffer.from(theirs).equals(Buffer.from(ours.rawData))) continue
    if (ours.type === policiesId) {
      const advice = "must be this machine's: compare ECARD_POLICY_OID_ARC and the ceremony's file"
      throw new AuthorityRefused('csr.policies', advice)
    }
    const advice = `must be this machine's (${addresses.base}): compare ECARD_PKI_URL`
    throw new AuthorityRefused('csr.addresses', advice)
  }
}

/** The signature has been checked and the structure read before. */
function requestedExtensions(csr: Buffer): readonly x509.Extension[] {
  return new x509.Pkcs10CertificateRequest(new Uint8Array(csr)).extensions
}
