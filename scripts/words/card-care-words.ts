import type { RevocationCause } from '../../src/cards/card-certificates.ts'
import type { CardState } from '../../src/cards/card.ts'
import { cardCareEn } from './card-care-en.ts'
import { cardCareVi } from './card-care-vi.ts'
import { wordsFor } from './language.ts'

/** Commands that speak from here. */
export type CareCommand =
  | 'abandon'
  | 'activate'
  | 'change-pin'
  | 'issuances'
  | 'issue'
  | 'list'
  | 'read'
  | 'read-out-puk'
  | 'renew'
  | 'replace'
  | 'reset'
  | 'unblock'
  | 'whose'

/** What the commands of every day about cards say, in one language. */
export interface CardCareWords {
  readonly summaries: Readonly<Record<CareCommand, string>>
  /** Below the options, before the examples. */
  readonly notes: Readonly<Partial<Record<CareCommand, string>>>
  /** The reason in examples. */
  readonly reasons: { readonly returned: string; readonly forgotten: string; readonly lost: string }
  readonly options: {
    readonly active: string
    readonly after: string
    readonly agency: string
    readonly cardUuid: string
    readonly cause: string
    readonly csv: string
    readonly early: string
    readonly endingBefore: string
    readonly holder: string
    readonly keepOld: string
    readonly kind: string
    readonly limit: string
    readonly listHolder: string
    readonly oldUuid: string
    readonly onlyCard: string
    readonly out: string
    readonly pin: string
    readonly pinSlip: string
    readonly reason: string
    readonly replaces: string
    readonly revokeOld: string
    readonly state: string
    readonly until: string
  }
  readonly defaultReasons: {
    readonly issue: string
    readonly renew: string
    readonly replace: Readonly<Record<RevocationCause, string>>
  }
  readonly badUntil: (given: string) => string
  readonly untilIsOver: (given: string) => string
  readonly notADate: (given: string) => string
  readonly noReason: string
  readonly date: (date: Date) => string
  readonly list: {
    readonly headings: readonly [string, string, string, string, string, string]
    readonly temporary: string
    readonly pukReadOut: string
    readonly nothing: string
    readonly more: (after: string) => string
    readonly written: (count: number, path: string) => string
  }
  readonly warnings: {
    readonly pukReadOut: (since: string) => string
    readonly pukOwed: string
    readonly renewal: (step: string) => string
    readonly temporary: (until: string) => string
    readonly replaces: (uuid: string) => string
    readonly replacedBy: (uuid: string) => string
  }
  /** For who found a card: what becomes of it. */
  readonly advice: Readonly<Record<CardState, string>> & {
    readonly unknown: string
    readonly blank: string
  }
  readonly offices: (path: string) => string
  readonly replace: {
    readonly already: (uuid: string, by: string) => string
    readonly wouldRevoke: (uuid: string) => string
    readonly wouldKeep: (uuid: string) => string
    readonly wouldStand: (uuid: string) => string
    readonly revoked: (uuid: string) => string
    readonly ended: (uuid: string) => string
  }
  readonly renew: {
    readonly would: (of: { uuid: string; name: string; until: string; slots: string }) => string
    readonly wouldResume: (step: string) => string
    readonly done: (uuid: string, until: string) => string
  }
  readonly pin: {
    readonly changed: (uuid: string) => string
    readonly wouldUnblock: (uuid: string, name: string) => string
    readonly needsCard: string
    readonly wouldAuthorise: (uuid: string, terminal: string) => string
    readonly authorised: (terminal: string, until: string) => string
    readonly unblocked: (uuid: string) => string
  }
  readonly puk: {
    readonly would: (uuid: string, name: string) => string
    readonly told: (uuid: string) => string
    readonly first: string
    readonly second: string
  }
  readonly issuances: {
    readonly headings: readonly [string, string, string, string, string, string]
    readonly nothing: string
    readonly issuing: string
    readonly renewing: string
    readonly age: (minutes: number) => string
    readonly toDo: (uuid: string) => string
    readonly none: (uuid: string) => string
    readonly wouldAbandon: (uuid: string, step: string) => string
    readonly abandoned: (uuid: string) => string
  }
}

export function cardCareWords(): CardCareWords {
  return wordsFor({ vi: cardCareVi, en: cardCareEn })
}
