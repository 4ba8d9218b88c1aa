import { Duplicate } from '../errors.ts'
import type { SigningKey } from '../keystore/keystore.ts'
import { authorityKinds, type Authority, type AuthorityKind } from './authority.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import { authorityExtensions } from './extensions.ts'
import { keyOf, type IssuanceDeps } from './issuance.ts'
import type { AuthorityProfile } from './profiles.ts'
import { makeSerialNumber } from './serial-number.ts'
import { checkSigned, nameInCertificate, sign, type ToBeSigned } from './signing.ts'
import { authorityName } from './subject-name.ts'
import { rootValidity, validityWithin } from './validity.ts'

/** An authority that is there, and whose key the keystore holds. */
interface ReadyAuthority {
  readonly authority: Authority
  readonly certificate: Certificate
  readonly key: SigningKey
}

/**
 * Makes the root, an issuing authority for each card kind and one for terminals, as the profiles
 * say, on this machine: good for trying and for a small site, not for a province, whose root stays
 * offline. What is there already is kept; a run that was cut off is taken up where it stopped, and
 * of two runs at once one makes each authority.
 *
 * @returns all authorities, root first
 * @throws KeystoreUnavailable when a key of a registered authority is missing or does not open
 * @throws AuthorityUnavailable when the keystore's key is not the registered authority's
 */
export async function createDevelopmentPki(deps: IssuanceDeps): Promise<Authority[]> {
  const root = await ensureAuthority(deps, 'root', null)
  const authorities = [root.authority]
  for (const kind of authorityKinds) {
    if (kind === 'root') continue
    authorities.push((await ensureAuthority(deps, kind, root)).authority)
  }
  return authorities
}

async function ensureAuthority(
  deps: IssuanceDeps,
  kind: AuthorityKind,
  issuer: ReadyAuthority | null,
): Promise<ReadyAuthority> {
  const found = await deps.certificates.findIssuingAuthority(kind)
  if (found) return ready(deps, found)
  try {
    return await makeAuthority(deps, kind, issuer)
  } catch (error) {
    if (!(error instanceof Duplicate)) throw error
    // Another run was faster.
    const theirs = await deps.certificates.findIssuingAuthority(kind)
    if (!theirs) throw error
    return ready(deps, theirs)
  }
}

async function ready(deps: IssuanceDeps, authority: Authority): Promise<ReadyAuthority> {
  const key = await keyOf(deps.keystore, authority)
  return { authority, key, certificate: parseCertificate(authority.certificateDer) }
}

/** Key first: a run cut off after it finds the key again and certifies it then. */
async function makeAuthority(
  deps: IssuanceDeps,
  kind: AuthorityKind,
  issuer: ReadyAuthority | null,
): Promise<ReadyAuthority> {
  const profile = deps.profiles.authority(kind)
  const keyName = `ca-${kind}`
  const key = await ensureKey(deps, keyName, profile)
  const toBeSigned = await prepare(deps, profile, { key, issuer })
  const { serialNumber } = toBeSigned
  const facts = { kind, key: keyName, serialNumber }
  const event = { event: 'authority.created', facts, actor: null } as const
  await deps.audit.append({ ...event, at: deps.clock.now(), outcome: 'intended' })
  const certificateDer = await sign(toBeSigned, issuer?.key ?? key)
  const certificate = checkSigned(certificateDer, toBeSigned, {
    issuer: issuer?.certificate ?? null,
    authoritiesBelow: 1,
  })
  const id = deps.random.uuid()
  const issuerId = issuer?.authority.id ?? null
  const authority: Authority = {
    ...{ id, slug: kind, name: profile.commonName, kind, certificateDer, keyName, issuerId },
    ...{ state: 'issuing', revokedAt: null, revocationReason: null, crlPartitions: 1 },
  }
  await deps.certificates.insertAuthority(authority)
  await deps.audit.append({ ...event, at: deps.clock.now(), outcome: 'succeeded' })
  return { authority, certificate, key }
}

async function ensureKey(
  { keystore }: IssuanceDeps,
  keyName: string,
  profile: AuthorityProfile,
): Promise<SigningKey> {
  if (await keystore.has(keyName)) return keystore.key(keyName)
  try {
    return await keystore.generate(keyName, profile.keyAlgorithm)
  } catch (error) {
    if (error instanceof Duplicate) return keystore.key(keyName)
    throw error
  }
}

interface AuthorityParts {
  readonly key: SigningKey
  readonly issuer: ReadyAuthority | null
}

async function prepare(
  deps: IssuanceDeps,
  profile: AuthorityProfile,
  { key, issuer }: AuthorityParts,
): Promise<ToBeSigned> {
  const subject = authorityName(profile.commonName)
  const { publicKey } = key
  const issuerPublicKey = issuer?.key.publicKey ?? publicKey
  const { policyArc } = deps
  return {
    serialNumber: makeSerialNumber(deps.random),
    subject,
    issuer: issuer ? nameInCertificate(issuer.authority.certificateDer) : subject,
    ...validityOf(profile, issuer, deps.clock.now()),
    publicKey,
    extensions: await authorityExtensions(profile, { publicKey, issuerPublicKey, policyArc }),
  }
}

function validityOf({ validityDays }: AuthorityProfile, issuer: ReadyAuthority | null, now: Date) {
  if (!issuer) return rootValidity(validityDays, now)
  const limits = { validityDays, notAfter: null, now }
  return validityWithin(issuer.certificate, issuer.authority, limits)
}
