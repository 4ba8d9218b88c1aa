import { CertificateRequestRefused, type CertificateRequest } from './certificate-request.ts'
import type { Issuer } from './issuer.ts'

/** Checked in full, exactly as it will be signed, and good for one signature: see `issuePrepared`. */
export interface PreparedRequest {
  readonly authorityId: string
  readonly serialNumber: string
  readonly profile: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** What only issuing gets to see. */
export interface PreparedContent {
  readonly request: CertificateRequest
  readonly issuer: Issuer
  readonly serialNumber: string
  /** RFC 4514. */
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly crlPartition: number
  readonly keyFingerprint: Buffer
  readonly renewsKey: boolean
  /** TBSCertificate, DER. */
  readonly tbs: Buffer
  readonly at: Date
}

/** What was true when it was prepared may be so no more after this long. */
const preparedTtlMs = 5 * 60_000

/** Whoever has no entry here was spent, or never prepared. */
const unspent = new WeakMap<PreparedRequest, PreparedContent>()

export function sealPrepared(content: PreparedContent): PreparedRequest {
  const { request, issuer, serialNumber, notBefore, notAfter } = content
  const prepared = Object.freeze({
    authorityId: issuer.authority.id,
    serialNumber,
    profile: request.profile.name,
    ...{ notBefore, notAfter },
  })
  unspent.set(prepared, content)
  return prepared
}

/**
 * Takes what was prepared, whatever happens next: nobody else gets it again.
 *
 * @throws CertificateRequestRefused `prepared` when it was taken before or has grown old
 */
export function takePrepared(prepared: PreparedRequest, now: Date): PreparedContent {
  const content = unspent.get(prepared)
  unspent.delete(prepared)
  if (content === undefined) {
    throw new CertificateRequestRefused('prepared', 'was issued already: prepare another')
  }
  if (now.getTime() - content.at.getTime() > preparedTtlMs) {
    throw new CertificateRequestRefused('prepared', 'is more than five minutes old: prepare again')
  }
  return content
}
