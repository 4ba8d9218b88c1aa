import type { Clock } from '../clock.ts'
import { AppError, type Facts } from '../errors.ts'
import type { Keystore, SigningKey } from '../keystore/keystore.ts'
import type { Random } from '../random.ts'
import type { PkiAddresses } from './addresses.ts'
import { AuthorityUnavailable, type Authority, type AuthorityKind } from './authority.ts'
import type { CertificateStore } from './certificate-store.ts'
import { parseCertificate, type Certificate } from './certificate.ts'
import { leafExtensions } from './extensions.ts'
import { checkPublicKey } from './key-policy.ts'
import type { LeafProfile, Profiles } from './profiles.ts'
import type { CertificateBearer, RegisteredCertificate } from './registered-certificate.ts'
import { makeSerialNumber } from './serial-number.ts'
import { checkSigned, isKeyOf, nameInCertificate, sign, type ToBeSigned } from './signing.ts'
import { subjectName, type CertificateSubject } from './subject-name.ts'
import { validityWithin } from './validity.ts'

/** Where acts of the authorities are written down for good: the audit log fits. */
export interface PkiAudit {
  append(event: PkiAuditEvent): Promise<void>
}

export interface PkiAuditEvent {
  readonly at: Date
  readonly event: 'authority.created' | 'certificate.issued'
  readonly outcome: 'intended' | 'succeeded' | 'refused'
  /** An error code. */
  readonly reason?: string
  readonly actor?: string | null
  readonly cardUuid?: string | null
  readonly terminalId?: string | null
  readonly facts: Facts
}

export interface IssuanceDeps {
  readonly keystore: Keystore
  readonly certificates: CertificateStore
  readonly audit: PkiAudit
  readonly clock: Clock
  readonly random: Random
  readonly profiles: Profiles
  /** The province's arc of policy identifiers, for example `1.3.6.1.4.1.99999.1`. */
  readonly policyArc: string
  /** Where the certificates point to. */
  readonly addresses: PkiAddresses
}

export interface CertificateRequest {
  readonly profile: LeafProfile
  readonly subject: CertificateSubject
  /** Goes into the certificate as `urn:uuid:`: the card's UUID or the terminal's id. */
  readonly uuid: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  /** An end that the certificate must not outlive; null leaves profile and issuer to decide. */
  readonly notAfter: Date | null
  readonly for: CertificateBearer
  /** The active certificate of the same slot or terminal that this one takes the place of. */
  readonly replaces: RegisteredCertificate | null
  /** Who asked: a holder id or the name of a program. */
  readonly actor: string | null
}

/** Checked in full and good for one signature. */
interface Prepared {
  readonly authority: Authority
  readonly issuer: Certificate
  readonly key: SigningKey
  readonly toBeSigned: ToBeSigned
  readonly at: Date
}

/**
 * Issues one certificate. In this order: the request is checked, the intent goes to the audit and
 * the serial to the registry, then the authority signs, the result is read back and verified, and
 * the row is completed. A crash in between leaves a `prepared` row and nothing that anybody holds.
 *
 * @throws CertificateRequestRefused when the request does not fit; nothing was signed
 * @throws AuthorityUnavailable when the authority is missing, out of date or not the keystore's
 * @throws KeystoreUnavailable
 * @throws Duplicate when another certificate is active in the same place and `replaces` is null
 */
export async function issueCertificate(
  deps: IssuanceDeps,
  request: CertificateRequest,
): Promise<RegisteredCertificate> {
  const prepared = await prepare(deps, request)
  await writeAudit(deps, request, { prepared, outcome: 'intended' })
  try {
    const issued = await issue(deps, request, prepared)
    await writeAudit(deps, request, { prepared, outcome: 'succeeded' })
    return issued
  } catch (error) {
    const reason = error instanceof AppError ? error.code : 'UNEXPECTED'
    await writeAudit(deps, request, { prepared, outcome: 'refused', reason })
    throw error
  }
}

async function prepare(deps: IssuanceDeps, request: CertificateRequest): Promise<Prepared> {
  const { profile } = request
  const at = deps.clock.now()
  // 1. Is the request one that its profile allows?
  checkPublicKey(request.publicKey, profile.keyAlgorithms)
  const subject = subjectName(request.subject)
  // 2. Is there an authority for it, valid now, whose key we hold?
  const authority = await findAuthority(deps, profile.issuer)
  const issuer = parseCertificate(authority.certificateDer)
  const { validityDays } = profile
  const limits = { validityDays, notAfter: request.notAfter, now: at }
  const validity = validityWithin(issuer, authority, limits)
  const key = await keyOf(deps.keystore, authority)
  // 3. Exactly what will be signed.
  const extensions = await leafExtensions(profile, {
    publicKey: request.publicKey,
    issuerPublicKey: issuer.publicKey.export({ format: 'der', type: 'spki' }),
    policyArc: deps.policyArc,
    uuid: request.uuid,
  })
  const toBeSigned = {
    serialNumber: makeSerialNumber(deps.random),
    subject,
    issuer: nameInCertificate(authority.certificateDer),
    ...validity,
    publicKey: request.publicKey,
    extensions,
  }
  return { authority, issuer, key, toBeSigned, at }
}

async function issue(
  deps: IssuanceDeps,
  request: CertificateRequest,
  { authority, issuer, key, toBeSigned, at }: Prepared,
): Promise<RegisteredCertificate> {
  const { serialNumber, subject, notBefore, notAfter } = toBeSigned
  const serial = { authorityId: authority.id, serialNumber }
  const row = { ...serial, for: request.for, subject: subject.toString(), notBefore, notAfter }
  await deps.certificates.prepareCertificate(row, at)
  const der = await sign(toBeSigned, key)
  checkSigned(der, toBeSigned, { issuer, authoritiesBelow: 0 })
  if (request.replaces) await supersede(deps, request.replaces, at)
  return deps.certificates.completeCertificate(serial, der, at)
}

/** Between this and the new one's completion the place is empty: a crash there fails closed. */
async function supersede(deps: IssuanceDeps, old: RegisteredCertificate, at: Date): Promise<void> {
  await deps.certificates.setStatus(old, { status: 'superseded', at, reason: null })
}

async function findAuthority(deps: IssuanceDeps, kind: AuthorityKind): Promise<Authority> {
  const authority = await deps.certificates.findIssuingAuthority(kind)
  if (authority) return authority
  throw new AuthorityUnavailable(`there is no authority for ${kind}: make the authorities first`, {
    kind,
  })
}

/**
 * @throws KeystoreUnavailable
 * @throws AuthorityUnavailable when the keystore holds another key under the authority's name
 */
export async function keyOf(keystore: Keystore, authority: Authority): Promise<SigningKey> {
  if (authority.keyName === null) throw keptElsewhere(authority)
  const key = await keystore.key(authority.keyName)
  if (isKeyOf(key, authority.certificateDer)) return key
  const message =
    `the keystore's ${authority.keyName} is not the key of ${authority.name}: ` +
    'use the keystore that belongs to this database'
  throw new AuthorityUnavailable(message, { authorityId: authority.id, key: authority.keyName })
}

function keptElsewhere({ id, name }: Authority): AuthorityUnavailable {
  const message = `the key of ${name} is kept elsewhere: sign on the machine that has it`
  return new AuthorityUnavailable(message, { authorityId: id })
}

interface AuditEntry {
  readonly prepared: Prepared
  readonly outcome: PkiAuditEvent['outcome']
  readonly reason?: string
}

async function writeAudit(
  deps: IssuanceDeps,
  request: CertificateRequest,
  { prepared, ...entry }: AuditEntry,
): Promise<void> {
  const { authority, toBeSigned } = prepared
  await deps.audit.append({
    at: deps.clock.now(),
    event: 'certificate.issued',
    ...entry,
    actor: request.actor,
    ...('cardUuid' in request.for && { cardUuid: request.for.cardUuid }),
    ...('terminalId' in request.for && { terminalId: request.for.terminalId }),
    facts: {
      authorityId: authority.id,
      serialNumber: toBeSigned.serialNumber,
      profile: request.profile.name,
    },
  })
}
