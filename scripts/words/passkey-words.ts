import type { PasskeyState } from '../../src/passkeys/passkey.ts'
import { wordsFor } from './language.ts'
import { passkeyEn } from './passkey-en.ts'
import { passkeyVi } from './passkey-vi.ts'

/** What the commands about passkeys say, in one language. */
export interface PasskeyCommandWords {
  readonly verbs: Readonly<Record<'list' | 'revoke', string>>
  readonly options: {
    readonly holder: string
    readonly all: string
    readonly id: string
    readonly allOf: string
    readonly reason: string
  }
  readonly listNotes: string
  readonly revokeNotes: string
  readonly headings: readonly [string, string, string, string, string, string]
  readonly states: Readonly<Record<PasskeyState, string>>
  readonly synced: string
  readonly bound: string
  readonly never: string
  readonly none: (name: string) => string
  readonly revoking: (passkey: { name: string; holder: string }) => string
  readonly sessionsEnd: string
  readonly revoked: (count: number) => string
  readonly notThere: (id: string) => string
  readonly oneOrAll: string
  readonly badReason: string
}

export function passkeyCommandWords(): PasskeyCommandWords {
  return wordsFor({ vi: passkeyVi, en: passkeyEn })
}
