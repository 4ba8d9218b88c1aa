/** What `ecard` itself says, whatever the command, in one language. */
export interface EcardWords {
  readonly description: string
  readonly debugOption: string
  /** Below the help of `ecard`. */
  readonly notes: string
  readonly nouns: Readonly<Record<Noun, string>>
  readonly completeShell: string
  readonly completeNotes: string
  readonly example: string
  readonly examples: string
  /** Options that many commands have. */
  readonly applyOption: string
  readonly jsonOption: string
  readonly jsonLinesOption: string
  readonly byOption: string
  readonly numberFrom: (min: number, max: number) => string
  readonly aUuid: string
  readonly dryRun: string
  readonly goOn: string
  readonly notYes: string
  readonly details: (message: string) => string
  readonly internalError: (name: string) => string
  readonly moreWithDebug: string
  /** At once when somebody presses Ctrl+C; `interrupted` comes at the end. */
  readonly stopping: string
  readonly interrupted: string
}

/** The first word after `ecard`. */
export const nounNames = [
  'agency',
  'holder',
  'card',
  'batch',
  'pass',
  'passkey',
  'print',
  'terminal',
  'client',
  'operator',
  'login',
  'logout',
  'whoami',
  'certificate',
  'ca',
  'crl',
  'audit',
  'doctor',
  'complete',
] as const
export type Noun = (typeof nounNames)[number]
