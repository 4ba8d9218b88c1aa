import type { CrlHealth } from '../../src/pki/crl-health.ts'

/** Everything that `ecard crl` says, in one language. */
export interface CrlWords {
  readonly list: string
  readonly publish: string
  readonly export: string
  readonly install: string
  readonly options: {
    readonly authority: string
    readonly slug: string
    readonly outFile: string
    readonly inFile: string
    readonly part: string
    readonly pem: string
  }
  readonly headings: readonly string[]
  readonly states: Readonly<Record<CrlHealth['state'], string>>
  readonly number: (part: string, number: bigint) => string
  readonly made: (part: string, list: MadeList) => string
  readonly somebodyElse: (part: string) => string
  readonly written: (part: string, number: bigint, path: string) => string
  readonly installed: string
  readonly noAuthority: (slug: string) => string
  readonly notPublishing: (slug: string) => string
  readonly noList: (part: string) => string
  readonly partIsNumber: string
  readonly severalLists: (path: string) => string
  /** Before the progress bar. */
  readonly publishing: string
}

interface MadeList {
  readonly number: bigint
  readonly entries: number
  readonly until: string
}
