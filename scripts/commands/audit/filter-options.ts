import { InvalidArgumentError, Option, type Command } from 'commander'
import { auditOutcomes, type AuditOutcome } from '../../../src/audit/audit-event.ts'
import type { AuditFilter } from '../../../src/audit/audit-filter.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { auditHelp } from './words.ts'

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
  const help = auditHelp()
  return command
    .option('--event <name>', help.event)
    .addOption(new Option('--outcome <outcome>', help.outcome).choices(auditOutcomes))
    .option('--actor <name>', help.actor)
    .option('--holder <id>', help.holder, toUuid)
    .option('--card <uuid>', help.card, toUuid)
    .option('--terminal <id>', help.terminal, toUuid)
    .option('--client <id>', help.client)
    .option('--from <time>', help.from, toTime)
    .option('--to <time>', help.to, toTime)
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
  throw new InvalidArgumentError(ecardWords().aUuid)
}

/** A day begins at midnight UTC, as the times in the list are. */
function toTime(text: string): Date {
  const shape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/
  const time = new Date(text)
  if (shape.test(text) && !Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError(auditHelp().aTime)
}
