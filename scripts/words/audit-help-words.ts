/** The help of `ecard audit`, in one language. */
export interface AuditHelpWords {
  readonly list: string
  readonly verify: string
  readonly verifyNotes: string
  readonly export: string
  readonly exportNotes: string
  readonly checkpoint: string
  readonly checkpointNotes: string
  readonly key: string
  readonly limit: string
  readonly event: string
  readonly outcome: string
  readonly actor: string
  readonly holder: string
  readonly card: string
  readonly terminal: string
  readonly client: string
  readonly from: string
  readonly to: string
  readonly aTime: string
  readonly sinceCheckpoint: string
  readonly checkpointFile: string
  readonly publicKey: string
  readonly exportOut: string
  readonly checkpointOut: string
  readonly moved: string
  readonly keyOut: string
  readonly renew: string
  readonly renewApply: string
  /** Before the progress bar. */
  readonly events: string
}
