import { AppError } from '../errors.ts'

/** What was asked for does not fit its profile; `facts.field` names what. Nothing was signed. */
export class CertificateRequestRefused extends AppError {
  readonly code = 'CERTIFICATE_REQUEST_REFUSED'

  /** @param message - says what the field must be; it never quotes the value */
  constructor(field: string, message: string, cause?: unknown) {
    super(`certificate request refused: ${field} ${message}`, { field }, cause)
  }
}
