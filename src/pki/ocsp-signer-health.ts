import type { Finding } from '../health.ts'
import type { Authority } from './authority.ts'
import { parseCertificate } from './certificate.ts'
import type { SignerCertificate } from './ocsp-signer-store.ts'

/** The service renews them ten days before their end, so one this near it was not renewed. */
const overdueMs = 5 * 86_400_000

/**
 * Whether every authority whose certificates name our OCSP responder has somebody who signs the
 * answers at `now`. A root has none to answer for: its list says all.
 */
export function judgeOcspSigners(
  authorities: readonly Authority[],
  signers: readonly SignerCertificate[],
  now: Date,
): Finding[] {
  const answering = authorities.filter(
    ({ kind, state, keyName }) => kind !== 'root' && state !== 'revoked' && keyName !== null,
  )
  return answering.map((authority) => {
    const signer = signers.find(({ authorityId }) => authorityId === authority.id)
    return judge(authority, signer, now)
  })
}

function judge({ slug }: Authority, signer: SignerCertificate | undefined, now: Date): Finding {
  const subject = `OCSP signer of ${slug}`
  if (signer === undefined) {
    const advice = 'start the service: it makes one'
    const missing = { code: 'ocsp.missing', facts: { slug } }
    return { level: 'amber', subject, message: 'is missing', advice, ...missing }
  }
  const { notAfter } = parseCertificate(signer.der)
  const leftMs = notAfter.getTime() - now.getTime()
  const until = notAfter.toISOString()
  const facts = { slug, until }
  if (leftMs > overdueMs) {
    const message = `signs until ${until}`
    return { level: 'green', subject, message, advice: null, code: 'ocsp.signs', facts }
  }
  const advice = 'see the log of the service for ocsp.no-signer'
  const message = leftMs > 0 ? `was not renewed and ends at ${until}` : `ended at ${until}`
  if (leftMs > 0) return { level: 'amber', subject, message, advice, code: 'ocsp.overdue', facts }
  return { level: 'red', subject, message, advice, code: 'ocsp.ended', facts }
}
