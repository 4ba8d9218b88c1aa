import { InvalidArgumentError, type Command } from 'commander'
import { createAuditStore, type StoredAuditEvent } from '../../../src/audit/audit-store.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { withRegistry } from '../open-registry.ts'
import { printTable } from '../print-table.ts'
import { toFilter, withFilterOptions, type FilterOptions } from './filter-options.ts'
import { auditHelp, auditWords } from './words.ts'

export function addList(audit: Command): void {
  const help = auditHelp()
  const words = ecardWords()
  withFilterOptions(audit.command('list').description(help.list))
    .option('--limit <n>', help.limit, toLimit, 20)
    .option('--json', words.jsonLinesOption)
    .addHelpText(
      'after',
      `
${words.examples}
  ecard audit list --card 6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071
  ecard audit list --event card.revoked --from 2026-03-01 --to 2026-04-01 --limit 200`,
    )
    .action(list)
}

async function list(
  options: FilterOptions & { readonly limit: number; readonly json?: boolean },
): Promise<void> {
  const words = auditWords()
  await withRegistry(async ({ db }) => {
    const filter = { ...toFilter(options), limit: options.limit }
    const events = await createAuditStore(db).listRecent(filter)
    if (options.json === true) for (const event of events) console.log(JSON.stringify(event))
    else if (events.length === 0) console.log(words.nothingFound)
    else printTable(words.headings, events.map(toRow))
  })
}

function toRow(stored: StoredAuditEvent): string[] {
  const { at, event, outcome, actor, cardUuid, holderId, clientId, terminalId, reason } = stored
  const approval = stored.facts['approval'] ?? ''
  return [
    at.toISOString().replace('T', ' ').replace(/\..*/, ''),
    ...[event, outcome, actor ?? ''],
    cardUuid ?? holderId ?? clientId ?? '',
    ...[terminalId ?? '', reason ?? '', String(approval)],
  ].map(onOneLine)
}

/** Words that people typed stay words: nothing in them reaches the terminal as a command. */
function onOneLine(cell: string): string {
  return cell.replace(/\p{Cc}+/gu, ' ')
}

function toLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit > 0 && limit <= 10_000) return limit
  throw new InvalidArgumentError(ecardWords().numberFrom(1, 10_000))
}
