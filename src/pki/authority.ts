import { AppError } from '../errors.ts'

/** The root, one issuing authority per card kind, and the one that certifies terminals. */
export const authorityKinds = [
  'root',
  'civil-servant',
  'citizen',
  'enterprise',
  'terminal',
] as const
export type AuthorityKind = (typeof authorityKinds)[number]

/** A certification authority of ours: its certificate, and the name of its key in the keystore. */
export interface Authority {
  readonly id: string
  /** The common name of its certificate. */
  readonly name: string
  readonly kind: AuthorityKind
  readonly certificateDer: Buffer
  readonly keyName: string
  /** The authority that signed this one; null for a root alone. */
  readonly issuerId: string | null
}

/** An authority is missing, broken or past its end: we could not tell, or cannot sign. */
export class AuthorityUnavailable extends AppError {
  readonly code = 'AUTHORITY_UNAVAILABLE'
}
