import type { AuditLog } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import { InputInvalid } from '../errors.ts'
import type { TerminalStore } from './terminal-store.ts'
import type { Terminal } from './terminal.ts'

export interface ChangeTerminalDeps {
  readonly terminals: Pick<TerminalStore, 'change'>
  readonly audit: AuditLog
  readonly clock: Clock
}

export interface TerminalChange {
  readonly name?: string
  /** Whether cards may be issued there by officers elsewhere. */
  readonly isDesk?: boolean
}

/**
 * Gives a terminal another name, or makes it an issuing desk or none. Both count from the next
 * sign-in or card on.
 *
 * @throws NotFound for a terminal that was withdrawn
 * @throws InputInvalid for an empty name, and for a personal terminal as desk
 */
export async function changeTerminal(
  deps: ChangeTerminalDeps,
  terminal: Terminal,
  { actor, ...change }: TerminalChange & { readonly actor: string },
): Promise<Terminal> {
  const name = (change.name ?? terminal.name).normalize('NFC').trim()
  const isDesk = change.isDesk ?? terminal.isDesk
  if (name === '') throw new InputInvalid('a terminal has a name', { field: 'name' })
  if (isDesk && terminal.mode !== 'managed') {
    throw new InputInvalid('a personal terminal is no desk', { field: 'desk' })
  }
  const changed = await deps.terminals.change(terminal.id, { name, isDesk })
  await deps.audit.append({
    ...{ at: deps.clock.now(), event: 'terminal.changed', outcome: 'succeeded', actor },
    terminalId: terminal.id,
    facts: { from: terminal.name, to: name, isDesk },
  })
  return changed
}
