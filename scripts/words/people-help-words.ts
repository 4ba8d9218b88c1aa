/** The help of `ecard agency` and `ecard holder`, in one language. */
export interface PeopleHelpWords {
  readonly importFile: string
  readonly mapping: string
  readonly sheet: string
  readonly skipRefused: string
  readonly report: string
  readonly importJson: string
  /** Before the progress bar of an import. */
  readonly rows: string
  readonly agency: {
    readonly import: string
    readonly importNotes: string
    readonly list: string
    readonly export: string
  }
  readonly holder: {
    readonly import: string
    readonly importNotes: string
    readonly list: string
    readonly show: string
    readonly export: string
    readonly exportNotes: string
    readonly deactivate: string
    readonly reactivate: string
    readonly move: string
  }
  readonly out: string
  readonly holderArgument: string
  readonly reason: string
  readonly cards: string
  readonly to: string
  readonly from: string
  readonly position: string
  readonly inAgency: string
  readonly type: string
  readonly all: string
  readonly search: string
  readonly limit: string
}
