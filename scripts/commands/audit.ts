import { Command } from 'commander'
import { createAuditStore } from '../../src/audit/audit-store.ts'
import { withRegistry } from './open-registry.ts'

export function auditCommand(): Command {
  const audit = new Command('audit').description('what happened')
  audit
    .command('list')
    .description('show the newest events, newest first')
    .option('--card <uuid>', 'only events about this card')
    .option('--limit <n>', 'at most so many', '20')
    .action(({ card, limit }: { card?: string; limit: string }) =>
      withRegistry(async ({ db }) => {
        const filter = { limit: Number(limit), ...(card !== undefined && { cardUuid: card }) }
        for (const event of await createAuditStore(db).listRecent(filter)) {
          const { at, outcome, reason } = event
          const subject = event.cardUuid ?? event.terminalId ?? event.clientId ?? ''
          console.log([at.toISOString(), event.event, outcome, reason ?? '', subject].join('  '))
        }
      }),
    )
  return audit
}
