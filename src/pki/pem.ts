import { AppError } from '../errors.ts'

/** The text is not PEM of what was asked for. */
export class PemUnreadable extends AppError {
  readonly code = 'INPUT_INVALID'
}

export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'X509 CRL'

/** Larger than any file of a few certificates. */
export const maxPemBytes = 65_536

/** RFC 7468 §2: lines of 64 characters. */
export function toPem(der: Buffer, label: PemLabel): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/**
 * Every block with that label, as DER; text around the blocks does not count (RFC 7468 §5.2).
 * What is in them is for the caller to read.
 *
 * @throws PemUnreadable when there is none
 */
export function readPem(text: string, label: PemLabel): Buffer[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----([\\w+/=\\s]+)-----END ${label}-----`, 'g')
  const blocks = [...text.matchAll(pattern)].map(([, base64 = '']) => Buffer.from(base64, 'base64'))
  if (blocks.length > 0) return blocks
  throw new PemUnreadable(`there is no PEM block of a ${label} in it`, { field: label })
}
