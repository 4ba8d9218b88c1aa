import type { CertificateStatus } from '../../src/pki/registered-certificate.ts'

/** Everything that `ecard certificate` says, in one language. */
export interface CertificateWords {
  readonly commands: Readonly<
    Record<
      | 'list'
      | 'find'
      | 'expiring'
      | 'show'
      | 'export'
      | 'revoke'
      | 'hold'
      | 'release'
      | 'issueServer',
      string
    >
  >
  readonly options: {
    readonly authority: string
    readonly card: string
    readonly holder: string
    readonly terminal: string
    readonly service: string
    readonly status: string
    readonly limit: string
    readonly findText: string
    readonly days: string
    readonly certificate: string
    readonly whichAuthority: string
    readonly expiring: string
    readonly format: string
    readonly outOrStandard: string
    readonly note: string
    readonly reason: string
    readonly csr: string
    readonly dns: string
    readonly out: string
  }
  readonly exportNotes: string
  readonly issueServerNotes: string
  readonly none: string
  readonly headings: readonly string[]
  readonly statuses: Readonly<Record<CertificateStatus, string>>
  readonly ofCard: (slot: string, cardUuid: string) => string
  readonly ofTerminal: (terminalId: string) => string
  readonly labels: {
    readonly serialNumber: string
    readonly authority: string
    readonly subject: string
    readonly for: string
    readonly holder: string
    readonly status: string
    readonly reason: string
    readonly valid: string
    readonly key: string
    readonly names: string
  }
  readonly labelWidth: number
  readonly since: (status: string, time: string) => string
  readonly fromTo: (from: string, to: string) => string
  readonly until: (time: string) => string
  readonly neverSigned: string
  readonly exported: (count: number, path: string) => string
  readonly cannotBeMade: (path: string) => string
  readonly one: (serialNumber: string, authority: string, bearer: string) => string
  readonly notPossible: string
  readonly done: string
  readonly nothingSigned: string
  readonly written: (serialNumber: string, path: string) => string
}
