import type { AuthorityDeps, AuthoritySwitchDeps } from './authority-deps.ts'
import { AuthorityRefused, type Authority } from './authority.ts'
import { type Certificate } from './certificate.ts'
import type { Ceremony } from './ceremony.ts'
import { commonNameOf } from './common-name.ts'
import { checkForeignRoot, checkIssuedByRoot, readAuthorityCertificate } from './judge-authority.ts'
import { checkPublicKey } from './key-policy.ts'
import { audited, keyNameOf, newAuthority, nextSlug } from './make-authority.ts'
import { placeOfSubject, subjectOf, type PlannedPlace } from './planned-subject.ts'
import { registerAuthorities } from './register-authority.ts'

export interface Installation {
  readonly ceremony: Ceremony
  /** DER: the authority's own first; then its root, unless that is registered or in `root`. */
  readonly certificates: readonly Buffer[]
  readonly root: Buffer | null
}

/** A certificate that may be installed. */
export interface JudgedInstallation extends PlannedPlace {
  readonly certificate: Certificate
  readonly keyName: string
  readonly root: Certificate
  /** Null where the root comes along and is registered too, its key elsewhere. */
  readonly registeredRoot: Authority | null
  readonly rootSlug: string
}

/**
 * Is this the certificate that was asked for, of the key in our keystore, by the root of the
 * ceremony? Changes nothing.
 *
 * @throws AuthorityRefused naming the field and what it must be
 * @throws CertificateRequestRefused `publicKey` for a key that the ceremony does not foresee
 * @throws Duplicate when it is installed already
 * @throws KeystoreUnavailable when the key that it is about is not in the keystore
 */
export async function judgeInstallation(
  deps: Pick<AuthorityDeps, 'certificates' | 'keystore' | 'policyArc' | 'clock'>,
  { ceremony, certificates, root: given }: Installation,
): Promise<JudgedInstallation> {
  const authorities = await deps.certificates.listAuthorities()
  const [der, ...more] = certificates
  if (der === undefined) throw new AuthorityRefused('certificate', 'must be there')
  const certificate = readAuthorityCertificate(der, 'certificate')
  const place = placeOfSubject(subjectOf(der), { ceremony, authorities }, 'certificate.subject')
  const root = findRoot(certificate, { authorities, candidates: given ? [given, ...more] : more })
  const { clock } = deps
  if (root.registered === null) checkNewRoot(root.certificate, { deps, ceremony, authorities })
  checkIssuedByRoot(certificate, root.certificate, { clock, field: 'certificate' })
  checkConstraints(deps, certificate, place)
  const keyName = keyNameOf(place.slug)
  await checkOwnKey(deps, certificate, { keyName, place })
  const rootSlug = root.registered?.slug ?? nextSlug('root', authorities)
  return {
    ...{ ...place, certificate, keyName, rootSlug },
    ...{ root: root.certificate, registeredRoot: root.registered },
  }
}

/**
 * Registers the authority, and its root where that is new, in one transaction; a predecessor
 * retires in the same.
 *
 * @throws Duplicate, DatabaseUnavailable
 */
export async function installAuthority(
  deps: AuthoritySwitchDeps,
  judged: JudgedInstallation,
  { actor }: { readonly actor: string | null },
): Promise<Authority> {
  const { slug, planned, certificate, keyName, predecessor } = judged
  const { kind, commonName, crlPartitions } = planned
  const root = judged.registeredRoot ?? newRoot(deps, judged)
  const authority = newAuthority({
    ...{ id: deps.random.uuid(), slug, name: commonName, kind, crlPartitions, keyName },
    ...{ certificateDer: certificate.der, issuerId: root.id },
  })
  const fingerprint = certificate.fingerprint.toString('hex')
  const rootFingerprint = judged.root.fingerprint.toString('hex')
  const facts = { kind, slug, key: keyName, fingerprint, rootFingerprint }
  return audited(deps, { event: 'authority.installed', actor, facts }, async () => {
    const rows = judged.registeredRoot === null ? [root, authority] : [authority]
    await registerAuthorities(deps, rows, { retires: predecessor })
    return authority
  })
}

function newRoot({ random }: AuthorityDeps, { root, rootSlug: slug }: JudgedInstallation) {
  return newAuthority({
    ...{ id: random.uuid(), slug, name: commonNameOf(root.der), kind: 'root', keyName: null },
    ...{ certificateDer: root.der, issuerId: null, crlPartitions: 1 },
  })
}

interface FoundRoot {
  readonly certificate: Certificate
  readonly registered: Authority | null
}

function findRoot(
  { authorityKeyIdentifier }: Certificate,
  from: { readonly authorities: readonly Authority[]; readonly candidates: readonly Buffer[] },
): FoundRoot {
  const roots = from.authorities.filter(({ kind }) => kind === 'root')
  const registered = roots.map((row) => {
    return { registered: row, certificate: readAuthorityCertificate(row.certificateDer, 'root') }
  })
  const brought = from.candidates.map((der) => {
    return { registered: null, certificate: readAuthorityCertificate(der, 'root') }
  })
  const found = [...registered, ...brought].find(
    ({ certificate }) => certificate.subjectKeyIdentifier === authorityKeyIdentifier,
  )
  if (!found || authorityKeyIdentifier === null) {
    throw new AuthorityRefused('root', "must be the certificate's issuer: give it with --root")
  }
  if (found.registered?.state === 'revoked') {
    throw new AuthorityRefused('root', `${found.registered.name} is revoked`)
  }
  return found
}

interface NewRootContext {
  readonly deps: Pick<AuthorityDeps, 'clock'>
  readonly ceremony: Ceremony
  readonly authorities: readonly Authority[]
}

function checkNewRoot(root: Certificate, { deps, ceremony, authorities }: NewRootContext): void {
  checkForeignRoot(root, { clock: deps.clock, field: 'root' })
  const other = authorities.find(({ kind, state }) => kind === 'root' && state === 'issuing')
  if (other) throw new AuthorityRefused('root', `must be ${other.name}, which is registered`)
  if (commonNameOf(root.der) !== ceremony.root.commonName) {
    const message = `must be named "${ceremony.root.commonName}", as the ceremony's file says`
    throw new AuthorityRefused('root.subject', message)
  }
  const spki = root.publicKey.export({ format: 'der', type: 'spki' })
  checkPublicKey(spki, [ceremony.root.keyAlgorithm])
}

/** It signs end entities alone, under the policies of its kind. */
function checkConstraints(
  { policyArc }: Pick<AuthorityDeps, 'policyArc'>,
  certificate: Certificate,
  { planned }: PlannedPlace,
): void {
  if (certificate.pathLength !== 0) {
    const message = 'must have a path length of 0: no authority stands below it'
    throw new AuthorityRefused('certificate.basicConstraints', message)
  }
  const expected = planned.policies.map((policy) => `${policyArc}.${policy}`)
  const found = certificate.policies
  if (found.length !== expected.length || !expected.every((policy) => found.includes(policy))) {
    const message = `must be ${expected.join(', ')}: compare ECARD_POLICY_OID_ARC on both machines`
    throw new AuthorityRefused('certificate.policies', message)
  }
}

async function checkOwnKey(
  { keystore }: Pick<AuthorityDeps, 'keystore'>,
  certificate: Certificate,
  { keyName, place }: { readonly keyName: string; readonly place: PlannedPlace },
): Promise<void> {
  const certified = certificate.publicKey.export({ format: 'der', type: 'spki' })
  checkPublicKey(certified, [place.planned.keyAlgorithm])
  const key = await keystore.key(keyName)
  if (key.publicKey.equals(certified)) return
  const message = `must be the key ${keyName} of this machine's keystore: it was asked for elsewhere`
  throw new AuthorityRefused('certificate.publicKey', message)
}
