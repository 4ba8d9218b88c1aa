import type { Facts } from '../../src/errors.ts'
import type { MetadataFault } from '../../src/passkeys/attestation-metadata.ts'
import type { ModelStanding } from '../../src/passkeys/import-metadata.ts'
import type { MetadataOrigin } from '../../src/passkeys/metadata-origin.ts'
import { wordsFor } from './language.ts'
import { passkeyMetadataEn } from './passkey-metadata-en.ts'
import { passkeyMetadataVi } from './passkey-metadata-vi.ts'

/** What `ecard passkey metadata` says, in one language. */
export interface PasskeyMetadataWords {
  readonly verb: string
  readonly options: Readonly<Record<'file' | 'root' | 'signer' | 'older', string>>
  readonly notes: string
  readonly knows: (payload: { no: number; models: number; nextUpdate: string }) => string
  readonly overdue: string
  /** By whom it is signed, and what that proves. */
  readonly origins: Readonly<Record<MetadataOrigin['kind'], (signer: string) => string>>
  readonly replaces: (no: number) => string
  readonly headings: readonly [string, string, string, string]
  readonly standings: Readonly<Record<ModelStanding, string>>
  readonly none: string
  readonly revokeThose: string
  readonly goesTo: (file: string) => string
  readonly noPlace: string
  readonly done: string
  readonly tooLarge: (path: string) => string
  readonly unreadable: (path: string) => string
  readonly noCertificate: (path: string) => string
  readonly refusals: Readonly<Record<MetadataFault, (facts: Facts) => string>>
}

export function passkeyMetadataWords(): PasskeyMetadataWords {
  return wordsFor({ vi: passkeyMetadataVi, en: passkeyMetadataEn })
}
