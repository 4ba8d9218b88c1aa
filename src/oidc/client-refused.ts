import { AppError } from '../errors.ts'

/** Why a field of a client cannot stay as it was given. Each has a text in every language. */
export const clientFaultReasons = [
  'address-has-fragment',
  'address-not-https',
  'address-twice',
  'address-unreadable',
  'agency-unknown',
  'has-no-secret',
  'id-malformed',
  'id-taken',
  'keys-missing',
  'keys-private',
  'keys-unreadable',
  'keys-unwanted',
  'missing',
  'scope-unknown',
  'provider-refused',
] as const
export type ClientFaultReason = (typeof clientFaultReasons)[number]

/** The fields of a client, as administrators give them. */
export type ClientField =
  | 'id'
  | 'nameVi'
  | 'nameEn'
  | 'agency'
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'backchannelLogoutUri'
  | 'auth'
  | 'jwks'
  | 'jwksUri'
  | 'scopes'
  | 'cardKinds'
  | 'forAgencies'
  | 'metadata'

export interface ClientFault {
  readonly field: ClientField
  readonly reason: ClientFaultReason
  /** What of the field it is: never a secret, for nobody gives us one. */
  readonly given: string
}

/** The client cannot be registered or changed so. Nothing has changed. */
export class ClientRefused extends AppError {
  readonly code = 'CLIENT_REFUSED'
  /** Every one that was found, not the first alone. */
  readonly faults: readonly ClientFault[]

  /** @param sentence - what people read, once the language is known */
  constructor(faults: readonly ClientFault[], sentence?: string) {
    const [first] = faults
    super(sentence ?? `client refused: ${faults.map(describe).join(', ')}`, {
      field: first?.field ?? null,
      reason: first?.reason ?? null,
    })
    this.faults = faults
  }
}

function describe({ field, reason }: ClientFault): string {
  return `${field} ${reason}`
}
