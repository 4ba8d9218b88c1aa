import { AppError } from '../errors.ts'
import type { SerialOf } from './certificate-store.ts'
import type { LeafProfile } from './leaf-profile.ts'
import type { PossessionProof } from './possession.ts'
import type { CertificateBearer } from './registered-certificate.ts'
import type { CertificateSubject } from './subject-name.ts'

export interface CertificateRequest {
  readonly profile: LeafProfile
  /** For profiles that every authority issues for itself; else null. */
  readonly authorityId: string | null
  readonly subject: CertificateSubject
  /** Cards and terminals go into the certificate as `urn:uuid:` (FIPS 201-3 §5.2.1). */
  readonly for: CertificateBearer
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly possession: PossessionProof
  /** An end that the certificate must not outlive; null leaves profile and issuer to decide. */
  readonly notAfter: Date | null
  /** The certificate in use in the same place, which this one supersedes. */
  readonly replaces: SerialOf | null
  /** Who asked: a holder id or the name of a program. */
  readonly actor: string | null
}

/** What was asked for does not fit its profile; `facts.field` names what. Nothing was signed. */
export class CertificateRequestRefused extends AppError {
  readonly code = 'CERTIFICATE_REQUEST_REFUSED'

  /** @param message - says what the field must be; it never quotes the value */
  constructor(field: string, message: string, cause?: unknown) {
    super(`certificate request refused: ${field} ${message}`, { field }, cause)
  }
}
