import type { Terminal } from '../terminals/terminal.ts'
import { issueCertificate, type IssuanceDeps } from './issuance.ts'
import { isInUse } from './issue-card-certificate.ts'
import type { RegisteredCertificate } from './registered-certificate.ts'

export interface TerminalCertificateRequest {
  /** A registered terminal, in whatever state. */
  readonly terminal: Pick<Terminal, 'id' | 'name'>
  /** Made at the terminal, its possession proven: SubjectPublicKeyInfo, DER, P-256. */
  readonly publicKey: Buffer
  /** Who asked: a holder id or the name of a program. */
  readonly actor: string | null
}

/**
 * Certifies a terminal's own key. A terminal that enrols again gets a new certificate, and its
 * earlier one is superseded.
 *
 * @throws CertificateRequestRefused, AuthorityUnavailable, KeystoreUnavailable: as
 *   `issueCertificate`
 */
export async function issueTerminalCertificate(
  deps: IssuanceDeps,
  { terminal, publicKey, actor }: TerminalCertificateRequest,
): Promise<RegisteredCertificate> {
  const earlier = await deps.certificates.listByTerminal(terminal.id)
  return issueCertificate(deps, {
    profile: deps.profiles.terminal,
    authorityId: null,
    subject: { type: 'terminal', name: terminal.name },
    publicKey,
    possession: { kind: 'terminal-enrolment' },
    notAfter: null,
    for: { terminalId: terminal.id },
    replaces: earlier.find(isInUse) ?? null,
    actor,
  })
}
