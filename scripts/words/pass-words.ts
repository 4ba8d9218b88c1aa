import type { CardKind } from '../../src/holders/card-kind.ts'
import type { PassNotIssuedReason } from '../../src/passes/pass-not-issued.ts'
import type { PassState } from '../../src/passes/pass.ts'
import { wordsFor } from './language.ts'
import { passEn } from './pass-en.ts'
import { passVi } from './pass-vi.ts'

/** What the commands about temporary passes say, and the slip, in one language. */
export interface PassWords {
  readonly verbs: Readonly<Record<'issue' | 'list' | 'withdraw', string>>
  readonly options: {
    readonly holder: string
    readonly lasts: string
    readonly from: string
    readonly uses: string
    readonly application: string
    readonly comesAs: string
    readonly mayRegister: string
    readonly reason: string
    readonly slip: string
    readonly id: string
    readonly all: string
    readonly ofHolder: string
  }
  readonly issueNotes: string
  readonly listNotes: string
  readonly withdrawNotes: string
  readonly refusals: Readonly<Record<PassNotIssuedReason, (application: string) => string>>
  readonly badSpan: string
  readonly badTime: string
  readonly badReason: string
  readonly kinds: Readonly<Record<CardKind, string>>
  readonly states: Readonly<Record<PassState, string>>
  readonly plan: (of: { name: string; kind: string; from: string; until: string }) => string
  readonly opens: (uses: number, applications: string) => string
  readonly everyApplication: string
  readonly registers: (address: string) => string
  readonly code: (code: string) => string
  readonly once: string
  readonly replaced: string
  readonly slipWritten: (path: string) => string
  readonly headings: readonly [string, string, string, string, string, string, string]
  readonly nobody: string
  readonly withdrawing: (name: string) => string
  readonly withdrawn: string
  readonly notThere: (id: string) => string
  readonly slip: {
    readonly title: string
    readonly holder: string
    readonly code: string
    readonly valid: string
    readonly rules: readonly string[]
    readonly secret: string
  }
}

export function passWords(): PassWords {
  return wordsFor({ vi: passVi, en: passEn })
}
