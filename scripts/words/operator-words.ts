import type { RefusalReason } from '../../src/card-auth/refusal.ts'
import type {
  Denial,
  DenialReason,
  GrantRefusalReason,
} from '../../src/operators/operator-refused.ts'
import type { OperatorAction, OperatorRole } from '../../src/operators/operator.ts'
import { wordsFor } from './language.ts'
import { operatorEn } from './operator-en.ts'
import { operatorVi } from './operator-vi.ts'

/** Everything that the commands about operators and their sign-in say, in one language. */
export interface OperatorWords {
  readonly roles: Readonly<Record<OperatorRole, string>>
  readonly actions: Readonly<Record<OperatorAction, string>>
  /** Of an agency by its code; null: the whole province. */
  readonly place: (agencyCode: string | null) => string
  readonly help: OperatorHelp
  readonly noOperatorYet: string
  readonly bootstrapDone: string
  readonly signInRequired: string
  readonly denials: Readonly<Record<DenialReason, (denial: Denial) => string>>
  readonly grantRefusals: Readonly<Record<GrantRefusalReason, string>>
  /** What this desk says in place of the sign-in page's words. */
  readonly cardRefusals: Readonly<Partial<Record<RefusalReason, string>>>
  readonly wouldBootstrap: (name: string) => string
  readonly bootstrapped: (name: string) => string
  readonly wouldRecover: (name: string) => string
  readonly wouldEndLost: (cardUuid: string) => string
  readonly wouldIssue: (desk: string) => string
  readonly recovered: (name: string) => string
  readonly issueAgain: string
  readonly wouldGrant: (of: GrantInWords) => string
  readonly granted: (of: GrantInWords) => string
  readonly wouldRevoke: (of: GrantInWords) => string
  readonly revoked: (of: GrantInWords) => string
  readonly headings: readonly [string, string, string, string, string, string]
  readonly endedAt: (date: string) => string
  readonly nobody: string
  readonly noSuchAgency: (code: string) => string
  readonly signedIn: (name: string, roles: string) => string
  readonly sessionEnds: (time: string) => string
  readonly signedOut: string
  readonly notSignedIn: string
  readonly card: (uuid: string) => string
  readonly folderUnusable: (path: string) => string
  readonly fileReadable: (path: string) => string
  readonly dryRun: string
}

export interface GrantInWords {
  readonly name: string
  readonly role: string
  readonly place: string
}

export interface OperatorHelp {
  readonly operator: string
  readonly bootstrap: string
  readonly bootstrapNotes: string
  readonly recover: string
  readonly recoverNotes: string
  readonly lost: string
  readonly grant: string
  readonly grantNotes: string
  readonly revoke: string
  readonly revokeNotes: string
  readonly list: string
  readonly listNotes: string
  readonly login: string
  readonly loginNotes: string
  readonly logout: string
  readonly logoutNotes: string
  readonly whoami: string
  readonly whoamiNotes: string
  readonly holder: string
  readonly role: string
  readonly agency: string
  readonly reason: string
  readonly all: string
  readonly json: string
  readonly apply: string
}

export function operatorWords(): OperatorWords {
  return wordsFor({ vi: operatorVi, en: operatorEn })
}
