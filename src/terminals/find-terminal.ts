import { z } from 'zod'
import { TerminalDeskRefused } from './desk-refused.ts'
import type { TerminalStore } from './terminal-store.ts'
import type { Terminal } from './terminal.ts'

/**
 * The terminal that a person named, by id or by name.
 *
 * @throws TerminalDeskRefused `unknown-terminal`, `several-terminals`
 */
export async function findTerminal(
  terminals: Pick<TerminalStore, 'find' | 'findByName'>,
  named: string,
): Promise<Terminal> {
  const isId = z.guid().safeParse(named).success
  const found = isId ? await terminals.find(named.toLowerCase()) : null
  const [terminal, ...others] = found === null ? await terminals.findByName(named) : [found]
  if (terminal === undefined) throw new TerminalDeskRefused('unknown-terminal', { named })
  if (others.length > 0) throw new TerminalDeskRefused('several-terminals', { named })
  return terminal
}

/** A terminal where a desk may be opened. @throws TerminalDeskRefused */
export function checkCanHaveDesk(terminal: Terminal, purpose: string): void {
  const facts = { terminalId: terminal.id, name: terminal.name }
  if (terminal.state === 'withdrawn') throw new TerminalDeskRefused('withdrawn', facts)
  if (terminal.state === 'invited') throw new TerminalDeskRefused('not-enrolled', facts)
  if (purpose === 'issue' && !terminal.isDesk) throw new TerminalDeskRefused('not-a-desk', facts)
}
