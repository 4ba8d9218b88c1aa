/** An enrolled workstation, counter, kiosk or laptop that has a reader and runs the agent. */
export interface Terminal {
  readonly id: string
  readonly name: string
  /** `managed` is the province's own; a tap without PIN counts there alone. */
  readonly mode: TerminalMode
  readonly state: TerminalState
  readonly agencyId: string | null
  /** Whether cards may be issued there by an officer elsewhere; `managed` ones alone. */
  readonly isDesk: boolean
  /** The terminal's P-256 key as SubjectPublicKeyInfo DER; null until it has enrolled. */
  readonly publicKey: Buffer | null
}

/** What a sign-in has to know about the terminal that it comes from. */
export type TerminalStanding = Pick<Terminal, 'id' | 'mode' | 'state' | 'publicKey'>

export const terminalModes = ['managed', 'personal'] as const
export type TerminalMode = (typeof terminalModes)[number]

export const terminalStates = ['invited', 'active', 'withdrawn'] as const
export type TerminalState = (typeof terminalStates)[number]
