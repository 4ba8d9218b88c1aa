import { Duplicate } from '../errors.ts'
import type { PortableKeystore } from '../keystore/keystore.ts'
import { importPkcs12, inspectPkcs12, type Pkcs12Import } from '../keystore/pkcs12.ts'
import type { AuthorityDeps, AuthoritySwitchDeps } from './authority-deps.ts'
import { AuthorityRefused, type Authority, type AuthorityKind } from './authority.ts'
import type { Certificate } from './certificate.ts'
import { commonNameOf } from './common-name.ts'
import { checkForeignRoot, checkIssuedByRoot, readAuthorityCertificate } from './judge-authority.ts'
import { audited, keyNameOf, newAuthority, nextSlug } from './make-authority.ts'
import { registerAuthorities } from './register-authority.ts'
import { isKeyOf } from './signing.ts'

/** An agency's existing CA, as it was exported, and what it is to issue for here. */
export interface AuthorityImport extends Omit<Pkcs12Import, 'name'> {
  /** `root` for a CA that signed itself: it then signs issuing authorities. */
  readonly kind: AuthorityKind
  /** Takes the place of the authority that issues for the kind now, which retires. */
  readonly succeeds: boolean
}

/** A CA that may be imported. */
export interface JudgedImport {
  readonly slug: string
  readonly kind: AuthorityKind
  readonly keyName: string
  readonly certificate: Certificate
  /** Null for a root itself. */
  readonly root: Certificate | null
  /** Null where the root comes along: it is registered too, its key elsewhere. */
  readonly registeredRoot: Authority | null
  readonly rootSlug: string | null
  readonly predecessor: Authority | null
  /** Of the root: another one signs new authorities here, this one only vouches for its own. */
  readonly rootState: Authority['state']
}

/**
 * Is this a CA that can issue for the kind? It is read and judged before anything goes into the
 * keystore. Changes nothing.
 *
 * @throws Pkcs12Refused when the file does not open, or holds no usable key with its certificate
 * @throws AuthorityRefused naming the field and what it must be
 * @throws Duplicate when it is registered already, or another issues for the kind
 */
export async function judgeImport(
  deps: Pick<AuthorityDeps, 'certificates' | 'keystore' | 'clock'>,
  request: AuthorityImport,
): Promise<JudgedImport> {
  const { kind, succeeds } = request
  const authorities = await deps.certificates.listAuthorities()
  const [own, ...others] = await inspectPkcs12(request)
  if (own === undefined) throw new AuthorityRefused('pkcs12', 'must hold a certificate')
  const certificate = readAuthorityCertificate(own, 'certificate')
  checkNew(certificate, authorities)
  const predecessor = predecessorFor(kind, { authorities, succeeds })
  const { clock } = deps
  const root = kind === 'root' ? null : findRoot(certificate, { authorities, others })
  if (root === null) checkForeignRoot(certificate, { clock, field: 'certificate' })
  else {
    checkForeignRoot(root.certificate, { clock, field: 'root' })
    checkIssuedByRoot(certificate, root.certificate, { clock, field: 'certificate' })
  }
  const slug = await freeSlug(deps, certificate, { kind, authorities })
  const hasRoot = authorities.some((row) => row.kind === 'root' && row.state === 'issuing')
  return {
    ...{ slug, kind, keyName: keyNameOf(slug), certificate, predecessor },
    root: root?.certificate ?? null,
    registeredRoot: root?.registered ?? null,
    rootSlug: root && (root.registered?.slug ?? nextSlug('root', authorities)),
    rootState: hasRoot ? 'retired' : 'issuing',
  }
}

/**
 * Brings the key into the keystore, then registers the CA and its root in one transaction. A run
 * that was cut off between the two left a key without an authority; the next takes it up.
 *
 * @throws Pkcs12Refused, KeystoreUnavailable, Duplicate, DatabaseUnavailable
 */
export async function importAuthority(
  deps: AuthoritySwitchDeps & { readonly keystore: PortableKeystore },
  { request, judged }: { readonly request: AuthorityImport; readonly judged: JudgedImport },
  { actor }: { readonly actor: string | null },
): Promise<Authority> {
  const { slug, kind, keyName, certificate, predecessor } = judged
  const root = rootRow(deps, judged)
  const authority = newAuthority({
    ...{ id: deps.random.uuid(), slug, kind, keyName, name: commonNameOf(certificate.der) },
    ...{ certificateDer: certificate.der, issuerId: root?.id ?? null, crlPartitions: 1 },
  })
  const fingerprint = certificate.fingerprint.toString('hex')
  const facts = { kind, slug, key: keyName, fingerprint }
  return audited(deps, { event: 'authority.imported', actor, facts }, async () => {
    const isThere = await deps.keystore.has(keyName)
    if (!isThere) await importPkcs12(deps.keystore, { ...request, name: keyName })
    const isNewRoot = root !== null && judged.registeredRoot === null
    const rows = isNewRoot ? [root, authority] : [authority]
    await registerAuthorities(deps, rows, { retires: predecessor })
    return authority
  })
}

function rootRow({ random }: AuthorityDeps, judged: JudgedImport): Authority | null {
  const { root, registeredRoot, rootSlug, rootState } = judged
  if (registeredRoot !== null || root === null || rootSlug === null) return registeredRoot
  const row = newAuthority({
    ...{ id: random.uuid(), slug: rootSlug, name: commonNameOf(root.der), kind: 'root' },
    ...{ certificateDer: root.der, keyName: null, issuerId: null, crlPartitions: 1 },
  })
  return { ...row, state: rootState }
}

function checkNew(certificate: Certificate, authorities: readonly Authority[]): void {
  const same = authorities.find(({ certificateDer }) => certificateDer.equals(certificate.der))
  if (!same) return
  throw new Duplicate(`this CA is registered already: ${same.name} (${same.slug})`, {
    slug: same.slug,
  })
}

function predecessorFor(
  kind: AuthorityKind,
  from: { readonly authorities: readonly Authority[]; readonly succeeds: boolean },
): Authority | null {
  const found = from.authorities.find((row) => row.kind === kind && row.state === 'issuing')
  if (!found) return null
  if (from.succeeds && kind !== 'root') return found
  const advice = kind === 'root' ? 'there is one root' : 'add --successor to let it take its place'
  throw new Duplicate(`${found.name} (${found.slug}) issues for ${kind}: ${advice}`, {
    slug: found.slug,
  })
}

function findRoot(
  certificate: Certificate,
  from: { readonly authorities: readonly Authority[]; readonly others: readonly Buffer[] },
): { certificate: Certificate; registered: Authority | null } {
  const registered = from.authorities
    .filter(({ kind, state }) => kind === 'root' && state !== 'revoked')
    .map((row) => ({ registered: row, der: row.certificateDer }))
  const brought = from.others.map((der) => ({ registered: null, der }))
  const found = [...registered, ...brought]
    .map((one) => ({ ...one, certificate: readAuthorityCertificate(one.der, 'root') }))
    .find((one) => one.certificate.subjectKeyIdentifier === certificate.authorityKeyIdentifier)
  if (found) return found
  if (certificate.subject === certificate.issuer) {
    const message = 'must be under a root: import a CA that signed itself with --kind root'
    throw new AuthorityRefused('certificate.issuer', message)
  }
  throw new AuthorityRefused('root', 'must be in the file too: export the CA with its chain')
}

/**
 * The first slug whose key is free, or is this very key from an import that was cut off. Other keys
 * without an authority are a ceremony's.
 */
async function freeSlug(
  { keystore }: Pick<AuthorityDeps, 'keystore'>,
  certificate: Certificate,
  { kind, authorities }: { kind: AuthorityKind; authorities: readonly Authority[] },
): Promise<string> {
  const taken: Pick<Authority, 'slug'>[] = [...authorities]
  for (;;) {
    const slug = nextSlug(kind, taken)
    const keyName = keyNameOf(slug)
    if (!(await keystore.has(keyName))) return slug
    if (isKeyOf(await keystore.key(keyName), certificate.der)) return slug
    taken.push({ slug })
  }
}
