import { InvalidArgumentError, Option, type Command } from 'commander'
import { auditOutcomes, type AuditOutcome } from '../../../src/audit/audit-event.ts'
import type { AuditFilter } from '../../../src/audit/audit-filter.ts'

export interface FilterOptions {
  readonly event?: string
  readonly outcome?: AuditOutcome
  readonly actor?: string
  readonly holder?: string
  readonly card?: string
  readonly terminal?: string
  readonly client?: string
  readonly from?: Date
  readonly to?: Date
}

export function withFilterOptions(command: Command): Command {
  return command
    .option('--event <name>', 'only these events, such as card.suspended')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(auditOutcomes))
    .option('--actor <name>', 'only what this holder or program asked for')
    .option('--holder <id>', 'only events about this holder', toUuid)
    .option('--card <uuid>', 'only events about this card', toUuid)
    .option('--terminal <id>', 'only events at this terminal', toUuid)
    .option('--client <id>', 'only events of this application')
    .option('--from <time>', 'from this day or instant on, such as 2026-03-01', toTime)
    .option('--to <time>', 'up to this day or instant, which is left out', toTime)
}

export function toFilter(options: FilterOptions): AuditFilter {
  const { event, outcome, actor, holder, card, terminal, client, from, to } = options
  return {
    ...(event !== undefined && { event }),
    ...(outcome !== undefined && { outcome }),
    ...(actor !== undefined && { actor }),
    ...(holder !== undefined && { holderId: holder }),
    ...(card !== undefined && { cardUuid: card }),
    ...(terminal !== undefined && { terminalId: terminal }),
    ...(client !== undefined && { clientId: client }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
}

function toUuid(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text
  throw new InvalidArgumentError('A number like 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071.')
}

/** A day begins at midnight UTC, as the times in the list are. */
function toTime(text: string): Date {
  const shape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/
  const time = new Date(text)
  if (shape.test(text) && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('A day like 2026-03-01 or an instant like 2026-03-01T08:00+07:00.')
}
