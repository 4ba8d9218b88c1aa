import type { Facts } from '../../src/errors.ts'
import type { DeskRefusal } from '../../src/terminals/desk-refused.ts'
import type { TerminalMode, TerminalState } from '../../src/terminals/terminal.ts'
import { wordsFor } from './language.ts'
import { terminalEn } from './terminal-en.ts'
import { terminalVi } from './terminal-vi.ts'

/** Everything that the commands about terminals and far-away desks say, in one language. */
export interface TerminalWords {
  readonly noun: string
  readonly verbs: Readonly<
    Record<'list' | 'show' | 'invite' | 'withdraw' | 'rename' | 'desk', string>
  >
  readonly options: {
    readonly terminal: string
    readonly name: string
    readonly newName: string
    readonly mode: string
    readonly agency: string
    readonly desk: string
    readonly setDesk: string
    readonly reason: string
    readonly state: string
    readonly apply: string
    readonly json: string
  }
  readonly examples: string
  readonly deskOptions: {
    readonly reader: string
    readonly terminal: string
    readonly trace: string
    readonly neither: string
  }
  readonly modes: Readonly<Record<TerminalMode, string>>
  readonly states: Readonly<Record<TerminalState, string>>
  /** Name, state, kind, desk, agency, connection, certificate's end, id. */
  readonly headings: readonly [string, string, string, string, string, string, string, string]
  readonly yes: string
  readonly no: string
  readonly none: string
  readonly online: string
  readonly lastSeen: (when: string) => string
  readonly never: string
  readonly readers: string
  readonly noneFound: string
  /** What `show` writes before each value. */
  readonly labels: Readonly<
    Record<
      'name' | 'id' | 'state' | 'mode' | 'desk' | 'agency' | 'connection' | 'certificate',
      string
    >
  >
  readonly wouldInvite: (mode: string, name: string, isDesk: boolean) => string
  readonly invited: (name: string, id: string) => string
  readonly code: (code: string, until: string) => string
  readonly howToEnrol: (code: string, isDesk: boolean) => string
  readonly wouldWithdraw: (name: string) => string
  readonly withdrawn: (name: string) => string
  readonly alreadyWithdrawn: (name: string) => string
  readonly wouldRename: (from: string, to: string) => string
  readonly renamed: (to: string) => string
  readonly wouldBeDesk: (name: string, isDesk: boolean) => string
  readonly isDesk: (name: string, isDesk: boolean) => string
  readonly startAsDesk: string
  readonly unchanged: string
  readonly noSuchAgency: (code: string) => string
  readonly personalDesk: string
  readonly dryRun: string
  /** Before each card that is worked on at a terminal. */
  readonly atTerminal: (name: string, number: string) => string
  readonly refusals: Readonly<Record<DeskRefusal, (facts: Facts) => string>>
}

export function terminalWords(): TerminalWords {
  return wordsFor({ vi: terminalVi, en: terminalEn })
}
