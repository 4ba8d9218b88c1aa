import { AppError, Duplicate } from '../errors.ts'
import { AuthorityUnavailable } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import type { IssuanceDeps, PkiAuditEvent, RegistryTransaction } from './issuance-deps.ts'
import { certifiedAlready } from './key-use.ts'
import { takePrepared, type PreparedContent, type PreparedRequest } from './prepared-request.ts'
import type { CertificateBearer, RegisteredCertificate } from './registered-certificate.ts'
import { isSignedBy, signEncoded, signedPartOf } from './signing.ts'

/**
 * Issues what was prepared, in this order:
 *
 * 1. The prepared request is taken: a second call is refused.
 * 2. In one transaction the intent goes to the audit and the serial to the registry.
 * 3. The authority signs; the result is read back, verified and compared with what was prepared.
 * 4. In one transaction the certificate that it replaces is superseded, the row completed and the
 *    outcome audited. Only then does anybody get the certificate.
 *
 * A failure after 2 settles the row at once: it is revoked, so that a signature that might exist
 * after all counts for nothing. A crash leaves that to `settlePreparedCertificates`.
 *
 * @throws CertificateRequestRefused `prepared`; `publicKey` when the key was certified meanwhile
 * @throws Duplicate when another certificate is in use in the same place and `replaces` is null
 * @throws CertificateTransitionRefused when the row was settled before the signature came, or
 *   what it replaces is in use no more
 * @throws AuthorityUnavailable, KeystoreUnavailable, DatabaseUnavailable
 */
export async function issuePrepared(
  deps: IssuanceDeps,
  prepared: PreparedRequest,
): Promise<RegisteredCertificate> {
  const content = takePrepared(prepared, deps.clock.now())
  await deps.inTransaction((tx) => writeIntent(tx, content, deps.clock.now()))
  try {
    const der = await signChecked(content)
    return await deps.inTransaction((tx) =>
      writeOutcome(tx, content, { der, at: deps.clock.now() }),
    )
  } catch (error) {
    await settleNow(deps, content, error).catch(() => undefined)
    throw error
  }
}

async function writeIntent(
  { certificates, audit }: RegistryTransaction,
  content: PreparedContent,
  at: Date,
): Promise<void> {
  const { request, issuer, serialNumber, subject, notBefore, notAfter } = content
  const { crlPartition, keyFingerprint, renewsKey } = content
  await audit.append(auditEvent(content, { at, outcome: 'intended' }))
  const row = {
    ...{ authorityId: issuer.authority.id, serialNumber, for: request.for, subject },
    ...{ notBefore, notAfter, crlPartition, keyFingerprint, renewsKey },
  }
  try {
    await certificates.prepareCertificate(row, at)
  } catch (error) {
    if (error instanceof Duplicate && error.facts['constraint'] === 'certificates_key_once') {
      throw certifiedAlready(error)
    }
    throw error
  }
}

/**
 * What comes out has to be exactly what was prepared and linted, signed by the key in the issuer's
 * certificate, and something that OpenSSL reads: the keystore is not believed.
 */
async function signChecked({ issuer, tbs, serialNumber }: PreparedContent): Promise<Buffer> {
  const der = await signEncoded(tbs, issuer.key)
  const certificate = parseCertificate(der)
  if (!signedPartOf(der).equals(tbs) || certificate.serialNumber !== serialNumber) {
    throw notAsPrepared('content-differs', serialNumber)
  }
  if (!isSignedBy(der, issuer.certificate.publicKey, issuer.key.algorithm)) {
    throw notAsPrepared('signature-wrong', serialNumber)
  }
  return der
}

function notAsPrepared(fault: string, serialNumber: string): AuthorityUnavailable {
  const message = `the certificate that was signed does not verify (${fault})`
  return new AuthorityUnavailable(message, { fault, serialNumber })
}

async function writeOutcome(
  { certificates, audit }: RegistryTransaction,
  content: PreparedContent,
  { der, at }: { der: Buffer; at: Date },
): Promise<RegisteredCertificate> {
  const { request, issuer, serialNumber } = content
  const { replaces } = request
  if (replaces) {
    await certificates.setStatus(replaces, { status: 'superseded', at, reason: null })
  }
  const serial = { authorityId: issuer.authority.id, serialNumber }
  const issued = await certificates.completeCertificate(serial, der, at)
  await audit.append(auditEvent(content, { at, outcome: 'succeeded' }))
  return issued
}

/** The row may be completed after all, where a commit went unanswered: then this changes nothing. */
async function settleNow(
  deps: IssuanceDeps,
  content: PreparedContent,
  error: unknown,
): Promise<void> {
  const at = deps.clock.now()
  const { issuer, serialNumber } = content
  const which = { authorityId: issuer.authority.id, serialNumber }
  const reason = error instanceof AppError ? error.code : 'UNEXPECTED'
  await deps.inTransaction(async ({ certificates, audit }) => {
    const settled = await certificates.settlePrepared({ at, which, limit: 1 })
    if (settled.length === 0) return
    await audit.append(auditEvent(content, { at, outcome: 'refused', reason }))
  })
}

function auditEvent(
  { request, issuer, serialNumber }: PreparedContent,
  entry: Pick<PkiAuditEvent, 'at' | 'outcome' | 'reason'>,
): PkiAuditEvent {
  return {
    event: 'certificate.issued',
    ...entry,
    actor: request.actor,
    ...auditedBearer(request.for),
    facts: {
      authorityId: issuer.authority.id,
      serialNumber,
      profile: request.profile.name,
      ...('service' in request.for && { service: request.for.service }),
    },
  }
}

/** Cards and terminals have columns of their own in the audit. */
export function auditedBearer(
  bearer: CertificateBearer,
): Pick<PkiAuditEvent, 'cardUuid' | 'terminalId'> {
  if ('cardUuid' in bearer) return { cardUuid: bearer.cardUuid }
  return 'terminalId' in bearer ? { terminalId: bearer.terminalId } : {}
}
