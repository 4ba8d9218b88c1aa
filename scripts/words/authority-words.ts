import type { CeremonyAction } from '../../src/pki/ceremony-plan.ts'

type Verb =
  | 'init'
  | 'list'
  | 'show'
  | 'request'
  | 'sign'
  | 'install'
  | 'rollover'
  | 'import'
  | 'backup'
  | 'revoke'

/** Everything that `ecard ca` says, in one language. */
export interface AuthorityWords {
  readonly commands: Readonly<Record<Verb, string>>
  readonly slugArgument: string
  readonly options: {
    readonly input: string
    readonly rootMachine: string
    readonly by: string
    readonly witness: string
    readonly report: string
    readonly apply: string
    readonly kind: string
    readonly requestOut: string
    readonly requestSuccessor: string
    readonly csr: string
    readonly certificateOut: string
    readonly certificate: string
    readonly root: string
    readonly pkcs12: string
    readonly passwordFile: string
    readonly allowLegacy: string
    readonly importSuccessor: string
    readonly slug: string
    readonly backupOut: string
    readonly backupPassword: string
    readonly reason: string
    readonly note: string
    readonly pem: string
  }
  /** Before a value, all padded to one width. */
  readonly labels: Readonly<Record<Label, string>>
  readonly labelWidth: number
  readonly dryRun: string
  readonly sayWho: string
  readonly onAnotherMachine: string
  readonly inToken: (keyName: string, token: string) => string
  readonly planHeadings: readonly string[]
  readonly plan: Readonly<Record<CeremonyAction, string>>
  readonly done: Readonly<Record<Done, string>>
  readonly heldAlready: (list: string) => string
  readonly carryRequest: (path: string) => string
  readonly carryToSign: (path: string) => string
  readonly carryBack: (path: string) => string
  readonly years: (count: number) => string
  readonly issuesNow: (slug: string) => string
  readonly staysValid: string
  readonly newRoot: string
  readonly compareRoot: string
  readonly notInCeremony: (kind: string, file: string) => string
  readonly addSuccessor: (name: string, kind: string) => string
  readonly copyMade: (path: string) => string
  readonly until: (time: string) => string
  readonly fromTo: (from: string, to: string) => string
  readonly listHeadings: readonly string[]
  readonly noLists: string
  readonly noAuthorities: string
  readonly noAuthority: (slug: string) => string
  readonly revokedAt: (time: string, reason: string) => string
  readonly becomesRevoked: (authority: {
    readonly slug: string
    readonly name: string
    readonly state: string
    readonly reason: string
  }) => string
  readonly cardsStop: string
  readonly revoked: string
  /** The headings of the papers that are kept. */
  readonly acts: {
    readonly init: string
    readonly request: (slug: string) => string
    readonly sign: (slug: string) => string
    readonly install: (slug: string) => string
    readonly rollover: (kind: string) => string
    readonly import: (slug: string) => string
  }
}

type Label =
  | 'ceremony'
  | 'request'
  | 'key'
  | 'signer'
  | 'retires'
  | 'signed'
  | 'authority'
  | 'root'
  | 'installed'
  | 'imported'
  | 'successor'
  | 'made'
  | 'valid'
  | 'report'
  | 'state'
  | 'subject'
  | 'serial'
  | 'copy'

/** What was done about an authority: in the report. */
type Done = CeremonyAction | 'signed' | 'installed' | 'imported' | 'retired'
