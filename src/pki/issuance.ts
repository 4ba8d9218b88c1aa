import type { CertificateRequest } from './certificate-request.ts'
import type { IssuanceDeps } from './issuance-deps.ts'
import { issuePrepared } from './issue-prepared.ts'
import { prepareCertificate } from './prepare-certificate.ts'
import type { RegisteredCertificate } from './registered-certificate.ts'

export { keyOf } from './authority-key.ts'
export type { CertificateRequest } from './certificate-request.ts'
export {
  registryTransactions,
  type IssuanceDeps,
  type PkiAudit,
  type PkiAuditEvent,
} from './issuance-deps.ts'
export { issuePrepared } from './issue-prepared.ts'
export { prepareCertificate } from './prepare-certificate.ts'
export type { PreparedRequest } from './prepared-request.ts'

/** Both steps at once, for who has nothing to look at in between: prepares, then issues. */
export async function issueCertificate(
  deps: IssuanceDeps,
  request: CertificateRequest,
): Promise<RegisteredCertificate> {
  return issuePrepared(deps, await prepareCertificate(deps, request))
}
