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
    return { level: 'amber', subject, message: 'is missing', advice }
  }
  const { notAfter } = parseCertificate(signer.der)
  const leftMs = notAfter.getTime() - now.getTime()
  const until = notAfter.toISOString()
  if (leftMs > overdueMs) {
    return { level: 'green', subject, message: `signs until ${until}`, advice: null }
  }
  const advice = 'see the log of the service for ocsp.no-signer'
  const message = leftMs > 0 ? `was not renewed and ends at ${until}` : `ended at ${until}`
  return { level: leftMs > 0 ? 'amber' : 'red', subject, message, advice }
}
