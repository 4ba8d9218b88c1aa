import type { CardFaultReason } from '../../src/cards/card-fault.ts'
import type { CardState } from '../../src/cards/card.ts'
import type { SlotInspection } from '../../src/cards/inspect-card.ts'
import type { WipeReason } from '../../src/cards/judge-presented-card.ts'
import type { Facts } from '../../src/errors.ts'
import type { Language } from './language.ts'
import { cardEn } from './card-en.ts'
import { cardVi } from './card-vi.ts'

/** Everything that the commands on a presented card say, in one language. */
export interface CardWords {
  readonly states: Readonly<Record<CardState, string>>
  readonly faults: Readonly<Record<CardFaultReason, (facts: Facts) => string>>
  readonly wipes: Readonly<Record<WipeReason, string>>
  readonly slots: Readonly<Record<SlotInspection['standing'], string>>
  readonly onCard: {
    readonly blank: string
    readonly named: (uuid: string) => string
    readonly unknown: string
    readonly chip: (serial: string) => string
    readonly tries: (left: string) => string
    readonly attempt: (step: string) => string
    readonly agrees: string
    readonly differs: string
  }
  readonly holder: (name: string) => string
  readonly state: (state: string) => string
  readonly wouldIssue: (to: { name: string; profile: string; slots: string }) => string
  readonly wouldResume: (step: string) => string
  readonly wouldWipe: (why: string) => string
  readonly resumed: string
  readonly wiped: (why: string) => string
  readonly issued: (uuid: string) => string
  readonly locked: string
  readonly active: string
  readonly slip: (path: string) => string
  readonly wouldReset: (uuid: string) => string
  readonly reset: (uuid: string) => string
  readonly blankAlready: string
  readonly activated: (uuid: string) => string
  readonly dryRun: string
  readonly slipNeedsFile: string
}

export function cardWords(language: Language): CardWords {
  return language === 'vi' ? cardVi : cardEn
}
