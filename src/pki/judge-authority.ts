import type { Clock } from '../clock.ts'
import { AuthorityRefused } from './authority.ts'
import { CertificateUnreadable, parseCertificate, type Certificate } from './certificate.ts'
import { issuerFault } from './issuer-fault.ts'

/**
 * Reads the certificate of an authority that was made elsewhere.
 *
 * @param field - what it is called in refusals, such as `certificate`
 * @throws AuthorityRefused
 */
export function readAuthorityCertificate(der: Buffer, field: string): Certificate {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (!(error instanceof CertificateUnreadable)) throw error
    throw new AuthorityRefused(field, 'must be one X.509 v3 certificate')
  }
}

export interface JudgeOptions {
  readonly clock: Clock
  readonly field: string
}

/**
 * A root of somebody else's, or of our own from another machine: it signed itself, may sign
 * authorities and lists, and is valid now.
 *
 * @throws AuthorityRefused `<field>.signature`, `.basicConstraints`, `.keyUsage`, `.validity`
 */
export function checkForeignRoot(root: Certificate, options: JudgeOptions): void {
  const { field } = options
  const fault = issuerFault(root, root, { authoritiesBelow: 0 })
  if (fault !== null)
    throw new AuthorityRefused(field, `must be a root that signed itself`, { fault })
  checkMayIssue(root, options)
  if (root.pathLength === 0) {
    throw new AuthorityRefused(
      `${field}.basicConstraints`,
      'must allow an authority below the root',
    )
  }
}

/**
 * An issuing authority under `root`: signed by it, may sign certificates and lists, valid now and
 * not longer than the root.
 *
 * @throws AuthorityRefused `<field>.signature`, `.basicConstraints`, `.keyUsage`, `.validity`
 */
export function checkIssuedByRoot(
  certificate: Certificate,
  root: Certificate,
  options: JudgeOptions,
): void {
  const { field } = options
  checkMayIssue(certificate, options)
  const fault = issuerFault(certificate, root, { authoritiesBelow: 1 })
  if (fault !== null) {
    throw new AuthorityRefused(`${field}.signature`, `must be the root's (${fault})`, { fault })
  }
  if (certificate.notAfter > root.notAfter) {
    throw new AuthorityRefused(`${field}.validity`, "must not go beyond the root's")
  }
}

function checkMayIssue(certificate: Certificate, { clock, field }: JudgeOptions): void {
  if (!certificate.isCa) {
    throw new AuthorityRefused(`${field}.basicConstraints`, 'must be those of an authority')
  }
  const { keyUsage } = certificate
  if (!keyUsage.has('keyCertSign') || !keyUsage.has('cRLSign')) {
    throw new AuthorityRefused(`${field}.keyUsage`, 'must have keyCertSign and cRLSign')
  }
  if (certificate.subjectKeyIdentifier === null) {
    throw new AuthorityRefused(`${field}.subjectKeyIdentifier`, 'must be there')
  }
  const now = clock.now()
  if (now < certificate.notBefore || now > certificate.notAfter) {
    const dates = `${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`
    throw new AuthorityRefused(`${field}.validity`, `must cover this moment: it is ${dates}`)
  }
}
