import { AppError, type Facts } from '../errors.ts'

/** The root, one issuing authority per card kind, and the one that certifies terminals. */
export const authorityKinds = [
  'root',
  'civil-servant',
  'citizen',
  'enterprise',
  'terminal',
] as const
export type AuthorityKind = (typeof authorityKinds)[number]

/**
 * One authority of each kind issues. A retired one has a successor; its certificates stay valid and
 * their status is answered for. A revoked one vouches for nobody.
 */
export const authorityStates = ['issuing', 'retired', 'revoked'] as const
export type AuthorityState = (typeof authorityStates)[number]

/** A certification authority of ours: its certificate, and the name of its key in the keystore. */
export interface Authority {
  readonly id: string
  /** Its name in addresses and in the names of its keys: `civil-servant`, then `civil-servant-2`. */
  readonly slug: string
  /** The common name of its certificate. */
  readonly name: string
  readonly kind: AuthorityKind
  readonly certificateDer: Buffer
  /** Null where the key is kept elsewhere, as an offline root's is. */
  readonly keyName: string | null
  /** The authority that signed this one; null for a root alone. */
  readonly issuerId: string | null
  readonly state: AuthorityState
  readonly revokedAt: Date | null
  /** RFC 5280 §5.3.1; null unless revoked. */
  readonly revocationReason: string | null
  /** In how many parts its revocation list is published, for good. */
  readonly crlPartitions: number
}

/** An authority is missing, broken or past its end: we could not tell, or cannot sign. */
export class AuthorityUnavailable extends AppError {
  readonly code = 'AUTHORITY_UNAVAILABLE'
}

/** A certificate or request of an authority does not fit the ceremony; nothing was changed. */
export class AuthorityRefused extends AppError {
  readonly code = 'AUTHORITY_REFUSED'

  /** @param field - what is wrong, such as `certificate.subject`; @param message - what it must be */
  constructor(field: string, message: string, facts: Facts = {}) {
    super(`refused: ${field} ${message}`, { ...facts, field })
  }
}
