import type { CardKind } from '../holders/card-kind.ts'

export const passkeyStates = ['active', 'flagged', 'revoked'] as const
/** `flagged`: its counter went back, so that there may be a copy of it. */
export type PasskeyState = (typeof passkeyStates)[number]

/** `unlisted`: the metadata does not know the model; `withdrawn`: it says not to rely on it. */
export const attestationVerdicts = [
  'none',
  'self',
  'unlisted',
  'trusted',
  'untrusted',
  'withdrawn',
] as const
export type AttestationVerdict = (typeof attestationVerdicts)[number]

/** As many as a holder may have. */
export const maxPasskeysPerHolder = 10
/** In characters, of the name that a holder gives. */
export const maxPasskeyNameLength = 60

/** One key of a holder's, on a device or in a keychain. */
export interface Passkey {
  readonly id: string
  readonly holderId: string
  /** What its holder is admitted as: the kind of the card that vouched for the registration. */
  readonly cardKind: CardKind
  readonly credentialId: Buffer
  /** What the device knows the holder by: random, and told to no application. */
  readonly userHandle: Buffer
  /** COSE_Key (RFC 9052 §7). */
  readonly publicKey: Buffer
  /** 0 where the device does not count. */
  readonly signCount: number
  /** The model of the device; all zero where it does not say. */
  readonly aaguid: string
  /** How the device is reached: `internal`, `usb`, `hybrid` … */
  readonly transports: readonly string[]
  /** Whether the key may be on several devices, and whether it is. */
  readonly backupEligible: boolean
  readonly backupState: boolean
  readonly attestationVerdict: AttestationVerdict
  readonly name: string
  readonly createdAt: Date
  readonly lastUse: PasskeyUse | null
  readonly state: PasskeyState
  readonly stateSince: Date
}

export interface PasskeyUse extends UsedAt {
  readonly at: Date
}

/** Where a passkey was used, as far as it helps its holder to notice a stranger. */
export interface UsedAt {
  /** The terminal that the browser is paired with; null: none. */
  readonly terminalId: string | null
  /** Such as `Chrome, Windows`; null where the browser does not say. */
  readonly device: string | null
}

/** What let a passkey be registered. */
export type RegistrationProof =
  | { readonly kind: 'card'; readonly cardUuid: string; readonly cardKind: CardKind }
  | { readonly kind: 'pass'; readonly passId: string; readonly cardKind: CardKind }
