import { CertificateRequestRefused } from './certificate-request.ts'
import { certificateLints, type LintContext } from './certificate-lints.ts'
import { readToBeSigned, type ToBeSignedView } from './read-to-be-signed.ts'

/**
 * Holds the bytes of a TBSCertificate, just before they are signed, against every rule.
 *
 * @throws CertificateRequestRefused naming the field of the first rule that they break
 */
export function lintToBeSigned(tbs: Buffer, context: LintContext): void {
  const view = read(tbs)
  const broken = certificateLints.find((lint) => !lint.holds(view, context))
  if (broken === undefined) return
  throw new CertificateRequestRefused(broken.field, `would break a rule: it ${broken.rule}`)
}

function read(tbs: Buffer): ToBeSignedView {
  try {
    return readToBeSigned(tbs)
  } catch (cause) {
    throw new CertificateRequestRefused('toBeSigned', 'cannot be read back', cause)
  }
}
