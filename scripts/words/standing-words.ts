import type { RevocationCause } from '../../src/cards/card-certificates.ts'
import type { CardState } from '../../src/cards/card.ts'
import type { LogoutReceipt } from '../../src/oidc/logout-notice-store.ts'
import type { CertificateStatus } from '../../src/pki/registered-certificate.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import type { AuditOutcome } from '../../src/audit/audit-event.ts'
import { standingEn } from './standing-en.ts'
import { standingVi } from './standing-vi.ts'
import { wordsFor } from './language.ts'

/** What sessions end with. */
export type EndedSubject = 'card' | 'holder' | 'pass' | 'passkey' | 'terminal'

export type StandingVerb = 'suspend' | 'reinstate' | 'revoke'

/** What the commands about a card's standing say, in one language. */
export interface StandingWords {
  readonly states: Readonly<Record<CardState, string>>
  readonly kinds: Readonly<Record<CardKind, string>>
  readonly verbs: Readonly<Record<StandingVerb, string>>
  readonly show: string
  readonly help: {
    readonly cardUuid: string
    readonly reason: string
    readonly cause: string
    readonly limit: string
    /** The reason in the example of each command. */
    readonly exampleReason: string
  }
  readonly noCard: (uuid: string) => string
  readonly emptyReason: string
  readonly change: (change: { uuid: string; name: string; from: string; to: string }) => string
  readonly causes: Readonly<Record<RevocationCause, string>>
  readonly certificates: (cause: string, reason: string) => string
  readonly notPossible: string
  readonly done: (uuid: string, state: string) => string
  readonly waiting: (told: number, all: number) => string
  readonly waitingForService: string
  readonly receiptHeadings: readonly [string, string, string]
  readonly outcomes: Readonly<Record<LogoutReceipt['outcome'], (tookMs: string) => string>>
  readonly nobodyAnswered: Readonly<Record<EndedSubject, string>>
  readonly noSessions: Readonly<Record<EndedSubject, string>>
  readonly allTold: (applications: number, tookMs: string) => string
  readonly card: {
    readonly labels: readonly [string, string, string, string, string]
    readonly since: (state: string, date: string) => string
    readonly unfinished: (step: string, date: string) => string
    readonly certificates: string
    readonly certificateHeadings: readonly string[]
    readonly statuses: Readonly<Record<CertificateStatus, string>>
    readonly history: string
    readonly historyHeadings: readonly string[]
    readonly auditOutcomes: Readonly<Record<AuditOutcome, string>>
    readonly none: string
    readonly more: string
  }
}

export function standingWords(): StandingWords {
  return wordsFor({ vi: standingVi, en: standingEn })
}
