import type { BreakKind, ChainBreak } from '../../src/audit/chain-break.ts'

/** Everything that the commands about the audit say, in one language. */
export interface AuditWords {
  /** When, what, outcome, who, on whom, at which terminal, why, with which approval. */
  readonly headings: readonly [string, string, string, string, string, string, string, string]
  readonly nothingFound: string
  readonly intact: (checked: number, afterSeq: number) => string
  readonly broken: (count: number) => string
  readonly breaks: Readonly<Record<BreakKind, (found: ChainBreak) => string>>
  readonly notShown: (count: number) => string
  readonly lastLink: (seq: number, hash: string) => string
  readonly signedUpTo: (seq: number) => string
  readonly waiting: (count: number, since: string) => string
  readonly behind: string
  readonly exported: (events: number, path: string) => string
  readonly leftOut: (waiting: number) => string
  readonly wouldSign: (events: number) => string
  readonly wouldRestart: string
  readonly wouldRenewKey: string
  readonly dryRun: string
  readonly nothingToSign: string
  readonly signed: (number: number, seq: number, hash: string) => string
  readonly kept: (path: string) => string
  readonly keyRenewed: (name: string) => string
  readonly outputExists: (path: string) => string
  readonly unreadable: (path: string) => string
  readonly noKey: string
  readonly notACheckpoint: (path: string) => string
}
