import type { AuditLog } from '../audit/audit-event.ts'
import type { Clock } from '../clock.ts'
import type { TerminalStore } from './terminal-store.ts'
import type { Terminal } from './terminal.ts'

export interface WithdrawTerminalDeps {
  readonly terminals: Pick<TerminalStore, 'withdraw'>
  readonly audit: AuditLog
  readonly clock: Clock
}

/**
 * Takes a terminal out of service for good: from here on no answer of it counts and no browser is
 * paired with it. Every node learns of it by the database's notice of standing and ends its
 * connection and the sessions begun there.
 *
 * @param by.actor - who asked for it
 * @throws NotFound
 */
export async function withdrawTerminal(
  deps: WithdrawTerminalDeps,
  terminalId: string,
  by: { readonly actor: string; readonly reason: string },
): Promise<Terminal> {
  const now = deps.clock.now()
  const terminal = await deps.terminals.withdraw(terminalId, now)
  await deps.audit.append({
    at: now,
    event: 'terminal.withdrawn',
    outcome: 'succeeded',
    actor: by.actor,
    reason: by.reason,
    terminalId,
  })
  return terminal
}
