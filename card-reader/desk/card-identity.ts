import type { ManagementKeyAlgorithm } from '../piv-management-key.ts'

export const managementKeyNames = ['AES-256', 'AES-192', 'AES-128', '3DES'] as const

/** null where the card does not tell. */
export interface SecretStanding {
  readonly isDefault: boolean | null
  readonly triesLeft: number | null
  readonly triesTotal: number | null
}

/** What a card says about itself before anybody proved anything to it; null where it does not. */
export interface CardIdentity {
  readonly cardUuid: string | null
  /** Content of the CHUID object. */
  readonly chuid: Buffer | null
  /** Whether 9A has a certificate, whoever wrote it. */
  readonly hasCertificate: boolean
  readonly chipSerial: string | null
  readonly managementKey: {
    readonly algorithm: ManagementKeyAlgorithm | null
    readonly isDefault: boolean | null
  }
  readonly pin: SecretStanding
  readonly puk: SecretStanding
}
